import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { KEEP_SECONDS, openWizard, say, secondsUntilUndo, untilKeep } from './kit/keep-question.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { answerOf, exposureOf, fireDeadMan, leftovers, within } from './kit/subjects.ts'

/** As it is armed while the first one gets another time, but due at once. */
const SECOND_TIMER = [
  'systemd-run --quiet --collect --unit=hardenctl-between-nginx --on-active=2s',
  '--timer-property=AccuracySec=200ms --timer-property=OnUnitInactiveSec=60s',
  '--property=Type=oneshot /bin/sh /run/hardenctl/nginx/undo.sh second',
].join(' ')

describe.skipIf(skipLab())(labTitle('the line is lost at Keep?'), () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await bootLab({ services: ['nginx'] })
  })
  afterAll(() => lab?.stop())

  it('and a second login keeps the change; nothing more is walked', async () => {
    const wizard = await openWizard(lab, '--stages', 'filesystem')
    await wizard.press('enter')
    await untilKeep(wizard)
    const before = await exposureOf(lab, 'nginx')
    wizard.hangUp()
    const kept = await say(lab, 'confirm')
    expect([kept.exitCode, kept.stdout]).toEqual([0, expect.stringMatching(/^Kept: nginx.service/)])
    expect(await exposureOf(lab, 'nginx')).toBe(before)
    const isOver = async () => (await say(lab, 'confirm')).stderr.includes('no hardenctl is at work')
    expect(await within(10_000, isOver)).toBe(true)
    expect(await leftovers(lab)).toEqual([])
  })

  it('and hardenctl killed: PID 1 undoes the change at the extended time', async () => {
    const before = await exposureOf(lab, 'nginx')
    const wizard = await openWizard(lab, '--stages', 'system')
    await wizard.press('enter')
    await untilKeep(wizard)
    const first = await secondsUntilUndo(lab)
    await say(lab, 'extend')
    wizard.kill('SIGKILL')
    await wizard.ended()
    expect(await secondsUntilUndo(lab)).toBeGreaterThan(first + KEEP_SECONDS / 2)
    expect(await exposureOf(lab, 'nginx')).toBeLessThan(before)
    expect(await fireDeadMan(lab)).toBe(true)
    expect((await say(lab, 'confirm')).stderr).toContain('systemd has undone the change')
    expect((await say(lab, 'rollback')).exitCode).toBe(0)
    expect(await exposureOf(lab, 'nginx')).toBe(before)
    expect(await answerOf(lab)).toBe('200')
    expect(await leftovers(lab)).toEqual([])
  })

  // What stands by at the two moments in which hardenctl may be killed while it gives more time.
  it.each([
    ['both timers', ''],
    ['the second timer alone', 'systemctl stop hardenctl-deadman-nginx.timer'],
  ])('and hardenctl killed with %s armed: the change is undone', async (_, setUp) => {
    const before = await exposureOf(lab, 'nginx')
    const wizard = await openWizard(lab, '--stages', 'system')
    await wizard.press('enter')
    await untilKeep(wizard)
    wizard.kill('SIGKILL')
    await wizard.ended()
    await lab.output(['sh', '-c', `${SECOND_TIMER}; ${setUp}`])
    expect(await within(30_000, async () => (await leftovers(lab)).length === 0)).toBe(true)
    expect(await exposureOf(lab, 'nginx')).toBe(before)
    expect(await answerOf(lab)).toBe('200')
    // The next walk has nothing to ask about it.
    expect((await say(lab, 'rollback')).exitCode).toBe(0)
  })
})
