import type { AttemptResult, AttemptWish } from '../inside/attempt-main.ts'
import { bundled } from './bundled.ts'
import type { Lab } from './lab.ts'

const PROGRAM = '/opt/attempt.mjs'

/** Bundles attempt-main.ts; the text is put into each lab that tries something. */
export function bundleAttempt(): Promise<string> {
  return bundled('test/lab/inside/attempt-main.ts')
}

export async function installAttempt(lab: Lab, text: string): Promise<void> {
  await lab.write(PROGRAM, text)
}

/** One trial in the lab, with what came of it. */
export async function tryOut(lab: Lab, wish: AttemptWish): Promise<AttemptResult> {
  return JSON.parse(await lab.output(['node', PROGRAM, JSON.stringify(wish)], { timeoutMs: 90_000 }))
}
