// Leaves in the folder cache/ beside this program's bundle what V8 makes of its code, which enableCompileCache() in
// src/cli/main.ts reads. The build runs it, and an installed package: what V8 makes is good for one Node on one kind of
// processor and one user id, and is never the same bytes twice. Runs with nothing beside it but the bundle.
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

const folder = process.argv[2] ?? import.meta.dirname
const directory = join(folder, 'cache')
rmSync(directory, { recursive: true, force: true })
mkdirSync(directory)
enableCompileCache({ directory, portable: true })
const parts = readdirSync(join(folder, 'parts')).sort()
for (const name of ['run.js', ...parts.map((part) => join('parts', part))]) await import(join(folder, name))
