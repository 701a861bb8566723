import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Terminal } from '../terminal/driver.ts'
import { KEEP_SECONDS, openWizard, say, secondsUntilUndo, untilKeep } from './kit/keep-question.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { answerOf, exposureOf, keptDropIn, leftovers, within } from './kit/subjects.ts'

describe.skipIf(skipLab())(labTitle('a second login at Keep?'), () => {
  let lab: Lab
  let wizard: Terminal
  beforeAll(async () => {
    lab = await bootLab({ services: ['nginx'] })
  })
  afterAll(() => lab?.stop())

  it('is told where no question is open', async () => {
    const { exitCode, stderr } = await say(lab, 'confirm')
    expect([exitCode, stderr.trim()]).toEqual([
      1,
      'hardenctl: No question is open for nginx.service: no hardenctl is at work on it.',
    ])
    wizard = await openWizard(lab)
    const early = await say(lab, 'rollback')
    expect([early.exitCode, early.stderr]).toEqual([1, expect.stringContaining('asks nothing now')])
  })

  it('gets more time than the first deadline, and keeps the change', async () => {
    await wizard.press('enter')
    await untilKeep(wizard)
    const deadline = Date.now() + KEEP_SECONDS * 1000
    const before = await secondsUntilUndo(lab)
    await wizard.type('+')
    await wizard.waitFor(/rolls back in 1[1-9] s/)
    expect((await secondsUntilUndo(lab)) - before).toBeGreaterThan(KEEP_SECONDS / 2)
    expect((await say(lab, 'extend')).stdout).toMatch(/There are (?:[12]\d|30) s now to answer/)
    await within(KEEP_SECONDS * 1000, async () => Date.now() > deadline + 1000)
    const kept = await say(lab, 'confirm')
    expect([kept.exitCode, kept.stdout]).toEqual([
      0,
      'Kept: nginx.service runs with the stage Capabilities.\n',
    ])
    expect(await keptDropIn(lab, 'nginx.service')).toContain('CapabilityBoundingSet=')
    expect(await leftovers(lab)).toEqual([])
  })

  it('rolls back, and the walk goes on', async () => {
    const before = await exposureOf(lab, 'nginx')
    await untilKeep(wizard)
    expect(await exposureOf(lab, 'nginx')).toBeLessThan(before)
    const { stdout, exitCode } = await say(lab, 'rollback')
    expect(stdout).toMatch(/^Not kept: nginx.service runs without the stage .*: rolled back as asked/)
    expect(exitCode).toBe(0)
    expect(await exposureOf(lab, 'nginx')).toBe(before)
    await wizard.waitFor('stage 3 of 5', 20_000)
  })

  it('undoes what a killed hardenctl left on trial, and can keep it no more', async () => {
    const before = await exposureOf(lab, 'nginx')
    await untilKeep(wizard)
    await say(lab, 'extend')
    wizard.kill('SIGKILL')
    await wizard.ended()
    const late = await say(lab, 'confirm')
    expect([late.exitCode, late.stderr]).toEqual([1, expect.stringContaining("can't be kept any more")])
    expect(await exposureOf(lab, 'nginx')).toBeLessThan(before)
    const { exitCode, stdout } = await say(lab, 'rollback')
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('proven to answer as before')])
    expect(await exposureOf(lab, 'nginx')).toBe(before)
    expect(await answerOf(lab)).toBe('200')
    expect(await leftovers(lab)).toEqual([])
  })
})
