import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Plan, planSchema } from '../../src/session/plan/schema.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { oneshot, WORK } from './kit/services/oneshots.ts'
import { keptDropIn, leftovers, show, within } from './kit/subjects.ts'

/** It moves what is there to be done, so that a second run in the same clone would find nothing. */
const SAVE = oneshot('test -e /var/lib/save/job && mv /var/lib/save/job /var/lib/save/done')
const TIMER = '[Timer]\nOnCalendar=yearly\n'

describe.skipIf(skipLab())(labTitle('a plan of a unit that does its work and ends'), () => {
  let lab: Lab
  let plan: Plan

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/etc/systemd/system/save.service': SAVE,
        '/etc/systemd/system/save.timer': TIMER,
        '/var/lib/save/job': 'to do\n',
      },
      setup: [
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'save.timer'],
      ],
    })
  })
  afterAll(() => lab?.stop())

  const neverRan = async () => {
    expect(await show(lab, 'save', 'ExecMainStartTimestampMonotonic')).toBe('0')
    expect(await lab.read('/var/lib/save/job')).toBe('to do\n')
  }

  it('proves each stage on top of the others, each in a clone that has the work yet', {
    timeout: 200_000,
  }, async () => {
    const asked = ['--stages', 'filesystem,system', '-o', '/srv/save.json', ...WORK]
    const { exitCode, stdout, stderr } = await lab.run(['hardenctl', 'plan', 'save', ...asked], {
      timeoutMs: 190_000,
    })
    expect([exitCode, stderr], stdout).toEqual([0, ''])
    plan = planSchema.parse(JSON.parse((await lab.read('/srv/save.json')) ?? ''))
    const taken = plan.stages.filter(({ outcome }) => outcome === 'taken')
    expect(taken.map(({ stage, proof }) => [stage, proof.state])).toEqual([
      ['filesystem', 'proven'],
      ['system', 'proven'],
    ])
    expect(plan.exposure.after).toBeLessThan(taken[0]?.exposure.after ?? 0)
    await neverRan()
    expect(await keptDropIn(lab, 'save.service')).toBeUndefined()
  })

  it('is tried dry without a claim about what it does', async () => {
    const dry = await lab.run(['hardenctl', 'apply', '/srv/save.json', '--yes', '--dry-run'])
    expect([dry.exitCode, dry.stdout]).toEqual([
      0,
      expect.stringContaining('it is at rest, and is not started'),
    ])
  })

  it.each(['--once', '--watch-seconds=1'])(
    'is applied without a run, by %s',
    { timeout: 250_000 },
    async (how) => {
      const apply = ['hardenctl', 'apply', '/srv/save.json', '--yes', how]
      const { exitCode, stdout, stderr } = await lab.run(apply, { timeoutMs: 240_000 })
      expect([exitCode, stderr], stdout).toEqual([0, ''])
      expect(await keptDropIn(lab, 'save.service')).toContain('ReadWritePaths=-/var/lib/save')
      expect(await show(lab, 'save', 'ProtectClock')).toBe('yes')
      await neverRan()
      expect((await lab.run(['hardenctl', 'status', 'save'])).stdout).toContain('if its next run fails')
      if (how === '--once') expect((await lab.run(['hardenctl', 'undo', 'save'])).exitCode).toBe(0)
    },
  )

  it('holds at its next run', { timeout: 60_000 }, async () => {
    expect((await lab.run(['systemctl', 'start', 'save'])).exitCode).toBe(0)
    expect(await lab.read('/var/lib/save/done')).toBe('to do\n')
    expect(await within(20_000, async () => (await leftovers(lab)).length === 0)).toBe(true)
    expect(await keptDropIn(lab, 'save.service')).toContain('ProtectClock=yes')
  })
})
