export { setTimeout as pause } from 'node:timers/promises'

import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** Owners can only be changed by root; who is not sees which tests were left out, by name. */
export const IS_ROOT = process.getuid?.() === 0

const made: string[] = []

afterAll(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})

/** A new folder, its links followed, that is removed after the file's tests. */
export function temporaryFolder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'hardenctl-test-')))
  made.push(path)
  return path
}
