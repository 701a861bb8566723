// Bundles the wizard into dist/, so that it starts at once and needs no node_modules.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'
import { leanInk } from './lean-ink.js'
import { underPinnedNode } from './pinned-node.js'

await underPinnedNode()
const root = fileURLToPath(new URL('..', import.meta.url))
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const entries = ['src/cli/main.ts', 'src/host/probe-main.ts']
  .map((path) => join(root, path))
  .filter(existsSync)

/** Bundles into `folder`. Splitting keeps Ink and React out of what runs without a screen. */
async function bundle(folder) {
  await esbuild.build({
    entryPoints: entries,
    outdir: folder,
    entryNames: '[name]',
    chunkNames: 'parts/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minifyWhitespace: true,
    minifySyntax: true,
    define: {
      HARDENCTL_VERSION: JSON.stringify(version),
      'process.env.NODE_ENV': '"production"',
    },
    plugins: [leanInk],
    // CommonJS packages in the bundle call require(), which a module does not have. Not imported: see arguments.ts.
    banner: {
      js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  })
}

/**
 * Leaves beside the code what V8 made of it, which `enableCompileCache` in src/cli/main.ts reads. Kept by Node's version
 * and this user's id, so that another Node or root after somebody else's build starts without, a little later.
 */
function compile(folder) {
  const cache = join(folder, 'cache')
  mkdirSync(cache)
  const parts = readdirSync(join(folder, 'parts')).map((name) => join(folder, 'parts', name))
  const script = `process.getBuiltinModule('node:module').enableCompileCache(${JSON.stringify({ directory: cache, portable: true })})
for (const part of ${JSON.stringify(parts)}) await import(part)`
  const { status, error } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: 'inherit',
  })
  if (status !== 0) throw error ?? new Error('the bundle could not be loaded')
}

/** Moves `fresh` to dist/ in two renames, so that who reads dist/ never sees a half-written bundle. */
function swap(fresh) {
  const dist = join(root, 'dist')
  const old = `${fresh}-old`
  if (existsSync(dist)) renameSync(dist, old)
  renameSync(fresh, dist)
  // A temporary folder is its maker's alone, but hardenctl --help is for everybody.
  chmodSync(dist, 0o755)
  rmSync(old, { recursive: true, force: true })
}

if (entries.length === 0) {
  console.error('Nothing to build: src/cli/main.ts is missing.')
  process.exit(1)
}
const work = join(root, 'node_modules/.cache/hardenctl')
mkdirSync(work, { recursive: true })
const made = mkdtempSync(join(work, 'dist-'))
await bundle(made)
compile(made)
swap(made)
if (process.argv.includes('--verbose')) {
  console.log(
    `Built ${readdirSync(join(root, 'dist'))
      .map((name) => basename(name))
      .join(', ')}`,
  )
}
