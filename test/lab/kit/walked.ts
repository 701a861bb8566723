import { expect } from 'vitest'
import type { Lab } from './lab.ts'
import { keptDropIn } from './subjects.ts'

interface Walked {
  stdout: string
  /** The drop-in that is kept, '' for none. */
  kept: string
}

/**
 * Has hardenctl walk one service by --yes, which must end well: what it tries is kept, or it leaves all to the person. `name` is the unit without its type, `options` are all
 * but those of a short watch at the end.
 */
export async function walked(
  lab: Lab,
  name: string,
  options: readonly string[],
  timeoutMs = 110_000,
): Promise<Walked> {
  const argv = ['hardenctl', name, '--yes', '--watch-seconds', '1', ...options]
  const { exitCode, stdout, stderr } = await lab.run(argv, { timeoutMs })
  const kept = (await keptDropIn(lab, `${name}.service`)) ?? ''
  expect(exitCode, stdout + stderr).toBe(kept === '' ? 1 : 0)
  return { stdout, kept }
}
