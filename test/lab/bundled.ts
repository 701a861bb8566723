import { build } from 'esbuild'
import { project } from './project.ts'

/** One program of the tests as a single file, to be run by Node inside a lab. */
export async function bundled(entry: string): Promise<string> {
  const built = await build({
    entryPoints: [entry],
    absWorkingDir: project,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
  })
  return built.outputFiles[0]?.text ?? ''
}
