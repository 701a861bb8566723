import { type BuildOptions, build } from 'esbuild'
import { project } from './project.ts'

async function asOneFile(from: Pick<BuildOptions, 'entryPoints' | 'stdin'>): Promise<string> {
  const built = await build({
    ...from,
    absWorkingDir: project,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
  })
  return built.outputFiles[0]?.text ?? ''
}

/** One program of the tests as a single file, to be run by Node inside a lab. */
export function bundled(entry: string): Promise<string> {
  return asOneFile({ entryPoints: [entry] })
}

/** The same of a program that is written down where it is used; its imports begin at the project's folder. */
export function bundledText(contents: string): Promise<string> {
  return asOneFile({ stdin: { contents, resolveDir: project, loader: 'ts' } })
}

/** Files of a program that boots clones: `node FOLDER/main.mjs`, and beside it what asks from inside a clone. */
export async function programFiles(folder: string, entry: string): Promise<Record<string, string>> {
  const [main, probe] = await Promise.all([bundled(entry), bundled('src/host/probe-main.ts')])
  return {
    [`${folder}/package.json`]: '{ "type": "module" }',
    [`${folder}/main.mjs`]: main,
    [`${folder}/probe-main.js`]: probe,
  }
}
