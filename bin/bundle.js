// Bundles hardenctl into one folder, so that it starts at once and needs no node_modules.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as esbuild from 'esbuild'
import { leanInk } from './lean-ink.js'

export const root = fileURLToPath(new URL('..', import.meta.url))
export const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Leaves the commands to their own bundle beside this one. */
const withoutCommands = {
  name: 'without-commands',
  setup(build) {
    build.onResolve({ filter: /^\.\/run\.ts$/ }, () => ({ path: './run.js', external: true }))
  },
}

/**
 * Bundles into `folder` and returns the paths of all files that went into it, as seen from the project. Splitting keeps
 * Ink and React out of what runs without a screen, and the first file is whole, so that help reads one. The same sources
 * make the same bytes, wherever the folder is.
 */
export async function bundle(folder, release = version) {
  const common = {
    absWorkingDir: root,
    outdir: folder,
    entryNames: '[name]',
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Node has it; written otherwise, V8 reads an expression of all emoji at once, and not when it is asked for.
    supported: { 'regexp-set-notation': true },
    minifyWhitespace: true,
    minifySyntax: true,
    metafile: true,
    define: {
      HARDENCTL_VERSION: JSON.stringify(release),
      'process.env.NODE_ENV': '"production"',
    },
    // CommonJS packages in the bundle call require(), which a module does not have. Not imported: see arguments.ts.
    banner: {
      js: "const require=process.getBuiltinModule('node:module').createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  }
  const builds = await Promise.all([
    esbuild.build({
      ...common,
      entryPoints: ['src/cli/run.ts', 'src/host/probe-main.ts'],
      chunkNames: 'parts/[name]-[hash]',
      splitting: true,
      plugins: [leanInk],
    }),
    esbuild.build({ ...common, entryPoints: ['src/cli/main.ts'], plugins: [withoutCommands] }),
  ])
  return [...new Set(builds.flatMap(({ metafile }) => Object.keys(metafile.inputs)))]
}
