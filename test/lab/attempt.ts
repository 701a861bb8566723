import { build } from 'esbuild'
import type { AttemptResult, AttemptWish } from './attempt-main.ts'
import type { Lab } from './lab.ts'
import { project } from './project.ts'

const PROGRAM = '/opt/attempt.mjs'

/** Bundles attempt-main.ts; the text is put into each lab that tries something. */
export async function bundleAttempt(): Promise<string> {
  const built = await build({
    entryPoints: ['test/lab/attempt-main.ts'],
    absWorkingDir: project,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
  })
  return built.outputFiles[0]?.text ?? ''
}

export async function installAttempt(lab: Lab, text: string): Promise<void> {
  await lab.write(PROGRAM, text)
}

/** One trial in the lab, with what came of it. */
export async function tryOut(lab: Lab, wish: AttemptWish): Promise<AttemptResult> {
  return JSON.parse(await lab.output(['node', PROGRAM, JSON.stringify(wish)], { timeoutMs: 90_000 }))
}
