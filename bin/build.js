// Bundles the wizard into dist/, and leaves beside it what V8 makes of it.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { bundle, root } from './bundle.js'
import { underPinnedNode } from './pinned-node.js'

await underPinnedNode()
const dist = join(root, 'dist')
/** Made by npm run package. */
const PACKAGES = 'packages'

function compile(folder) {
  const argv = [join(root, 'bin/compile.js'), folder]
  const { status, error } = spawnSync(process.execPath, argv, { stdio: 'inherit' })
  if (status !== 0) throw error ?? new Error('the bundle could not be loaded')
}

/** Moves `fresh` to dist/ in two renames, so that who reads dist/ never sees a half-written bundle. */
function swap(fresh) {
  const old = `${fresh}-old`
  if (existsSync(dist)) renameSync(dist, old)
  renameSync(fresh, dist)
  // A temporary folder is its maker's alone, but hardenctl --help is for everybody.
  chmodSync(dist, 0o755)
  if (existsSync(join(old, PACKAGES))) renameSync(join(old, PACKAGES), join(dist, PACKAGES))
  rmSync(old, { recursive: true, force: true })
}

const work = join(root, 'node_modules/.cache/hardenctl')
mkdirSync(work, { recursive: true })
const made = mkdtempSync(join(work, 'dist-'))
await bundle(made)
compile(made)
swap(made)
if (process.argv.includes('--verbose')) console.log(`Built ${readdirSync(dist).join(', ')}`)
