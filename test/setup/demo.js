// npm run demo: hardenctl on this terminal, in a lab that is gone afterwards.
import { join } from 'node:path'
import { build, checkNode, installModules, installPrograms, project } from './bootstrap.js'

checkNode()
installModules()
installPrograms()
build()

// Not at the top: on a clean clone esbuild is there only now.
const esbuild = await import('esbuild')
const outfile = join(project, 'node_modules/.cache/hardenctl/demo.mjs')
await esbuild.build({
  entryPoints: [join(project, 'test/lab/demo.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
})
await import(outfile)
