// Runs one TypeScript program of the tests: node test/setup/bundle.js test/lab/measure/curve.ts
import { join } from 'node:path'
import { underPinnedNode } from '../../bin/pinned-node.js'
import { build, installModules, installPrograms, project } from './bootstrap.js'

await underPinnedNode()
installModules()
installPrograms()
build()

// Not at the top: on a clean clone esbuild is there only now.
const esbuild = await import('esbuild')
const [source, ...rest] = process.argv.slice(2)
const outfile = join(project, 'node_modules/.cache/hardenctl', `${source.replaceAll('/', '-')}.mjs`)
await esbuild.build({
  entryPoints: [join(project, source)],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
})
process.argv.splice(1, process.argv.length, outfile, ...rest)
await import(outfile)
