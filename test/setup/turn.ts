import { afterAll, beforeAll } from 'vitest'
import { takeLock } from '../lab/kit/cache.ts'
import { skipLab } from '../lab/kit/lab-problem.ts'

/** Files that boot labs at the same time, beside one with a filter: they sleep more than they compute. */
const SIDE_BY_SIDE = ['lab-1', 'lab-2', 'lab-3']
/** Longer than any run of all tests. */
const PATIENCE_MS = 3 * 3_600_000

declare module 'vitest' {
  interface TaskMeta {
    /** Milliseconds that a file waited for its turn. */
    waited?: number
  }
}

/**
 * Has each file wait for its turn. Labs share the kernel's log, and a call that a filter kills in one would be read in
 * another; so files where that happens (`*.filter.test.ts`) come one after another, beside files where it doesn't. They
 * never wait for those: where they did, they were left over for the end, where nothing runs beside them.
 */
async function waitForTurn(file: string): Promise<() => void> {
  return file.includes('.filter.') ? takeLock('kernel-log') : takeLock(...SIDE_BY_SIDE)
}

// A worker whose run was interrupted would go on to the end, and keep others waiting; its labs end with it.
process.once('disconnect', () => process.exit(1))

let release = () => {}

// biome-ignore lint/correctness/noEmptyPattern: vitest reads from it which fixtures are wished
beforeAll(async ({}, file) => {
  if (skipLab()) return
  const begun = performance.now()
  release = await waitForTurn(file.name)
  file.meta.waited = performance.now() - begun
}, PATIENCE_MS)

afterAll(() => release())
