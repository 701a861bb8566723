// Bundles hardenctl into one folder, so that it starts at once and needs no node_modules.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'
import { leanInk } from './lean-ink.js'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/**
 * Bundles into `folder` and returns the paths of all files that went into it, as seen from the project. Splitting keeps
 * Ink and React out of what runs without a screen. The same sources make the same bytes, wherever the folder is.
 */
export async function bundle(folder, release = version) {
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['src/cli/main.ts', 'src/host/probe-main.ts'],
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
    metafile: true,
    define: {
      HARDENCTL_VERSION: JSON.stringify(release),
      'process.env.NODE_ENV': '"production"',
    },
    plugins: [leanInk],
    // CommonJS packages in the bundle call require(), which a module does not have. Not imported: see arguments.ts.
    banner: {
      js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  })
  return Object.keys(metafile.inputs)
}
