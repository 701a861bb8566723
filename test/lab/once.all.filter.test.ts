import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { type Listing, list } from './kit/listing.ts'
import { bootOnce, ONCE, type OnceResult, type OnceSubject, runOnce } from './kit/once-run.ts'
import { answerOf, comparable } from './kit/subjects.ts'

const SUITE = 'bookworm'
const APACHE = ONCE[SUITE]?.[0] as OnceSubject

describe.skipIf(skipLab())(labTitle('hardenctl apache2 --yes --once'), () => {
  let lab: Lab
  let before: Listing
  let result: OnceResult

  beforeAll(async () => {
    lab = await bootOnce(APACHE, SUITE)
    await lab.reboot()
    before = await list(lab, 'apache2')
    result = await runOnce(lab, APACHE, ['--once', '--watch-seconds', '2'])
  })
  afterAll(() => lab?.stop())

  it('restarts the live service exactly once, and not in vain', () => {
    expect(result.walk).toMatchObject({ exitCode: 0, stderr: '' })
    expect(result.starts).toEqual({ started: 1, failed: 0 })
    expect(result.after).toBeLessThanOrEqual(15)
    expect(result.left).toEqual([])
  })

  it('answers as before, also after a reboot, with all in force', async () => {
    expect(await answerOf(lab)).toBe('200')
    await lab.reboot()
    await expect.poll(() => answerOf(lab), { timeout: 5000 }).toBe('200')
    expect((await lab.run(['hardenctl', 'status', 'apache2'])).stdout).toContain('All stages: 9.2 → 1.5')
    expect((await lab.run(['hardenctl', 'status', 'apache2'])).exitCode).toBe(0)
  })

  it('is undone wholly', async () => {
    expect(await lab.run(['hardenctl', 'undo', 'apache2'])).toMatchObject({ exitCode: 0, stderr: '' })
    expect(comparable(await list(lab, 'apache2'))).toEqual(comparable(before))
  })
})
