import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventsOf } from './kit/events.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { type Listing, list } from './kit/listing.ts'
import { answerOf, comparable, fireDeadMan, keptDropIn, leftovers, show } from './kit/subjects.ts'
import { walked } from './kit/walked.ts'

const UNIT = 'apache2.service'
const REDUCED = '/run/systemd/system.control/apache2.service.d/zz-hardenctl-kept.conf'
const STATE = '/var/lib/hardenctl/apache2/state.json'

describe.skipIf(skipLab())(labTitle('hardenctl undo --stage'), () => {
  let lab: Lab
  let before: Listing
  let stock: string

  beforeAll(async () => {
    lab = await bootLab({ services: ['apache2'] })
    before = await list(lab, 'apache2')
    stock = await show(lab, 'apache2', 'ProtectKernelLogs')
    await walked(lab, 'apache2', ['--no-rehearsal', '--stages', 'capabilities,user,filesystem'])
  }, 120_000)
  afterAll(() => lab?.stop())

  const undo = (...options: string[]) =>
    lab.run(['hardenctl', 'undo', 'apache2', ...options], { timeoutMs: 60_000 })

  it('refuses what is not kept, and a user switch that others were proven under, and changes nothing', async () => {
    const invocation = await show(lab, 'apache2', 'InvocationID')
    const kept = await keptDropIn(lab, UNIT)
    for (const [stage, says] of [
      ['system', /^hardenctl: the stage system of apache2.service is not kept\. [^\n]+\n$/],
      ['user', /^hardenctl: the user switch [^\n]+ filesystem was proven under its account\. [^\n]+\n$/],
    ] as const) {
      const { exitCode, stderr } = await undo('--stage', stage)
      expect([exitCode, stderr]).toEqual([1, expect.stringMatching(says)])
    }
    expect(await show(lab, 'apache2', 'InvocationID')).toBe(invocation)
    expect(await keptDropIn(lab, UNIT)).toBe(kept)
  })

  it('rolls back where the service does not answer without the stage', async () => {
    // A break that shows only in what is left: the answer of before was another one.
    const kept = await keptDropIn(lab, UNIT)
    const state = (await lab.read(STATE)) ?? ''
    await lab.write(STATE, state.replaceAll('"answer": "200"', '"answer": "201"'))
    const { exitCode, stdout } = await undo('--stage', 'filesystem')
    await lab.write(STATE, state)
    expect(stdout).toMatch(/^Filesystem stays: without it .*201/m)
    // Its undo can't be proven by that answer either.
    expect(exitCode).toBe(4)
    expect(await keptDropIn(lab, UNIT)).toBe(kept)
    expect(await show(lab, 'apache2', 'ProtectSystem')).toBe('strict')
    expect(await leftovers(lab)).toEqual([])
  })

  it('goes on with the stage where hardenctl is killed meanwhile: PID 1 undoes it', {
    timeout: 60_000,
  }, async () => {
    const kept = await keptDropIn(lab, UNIT)
    const env = { HARDENCTL_KILL_BEFORE: 'live/health:1' }
    await lab.run(['hardenctl', 'undo', 'apache2', '--stage', 'filesystem'], { env, timeoutMs: 50_000 })
    expect(await show(lab, 'apache2', 'ProtectSystem')).toBe('no')
    expect(await fireDeadMan(lab)).toBe(true)
    await expect.poll(() => leftovers(lab), { timeout: 30_000 }).toEqual([])
    expect(await show(lab, 'apache2', 'ProtectSystem')).toBe('strict')
    expect(await keptDropIn(lab, UNIT)).toBe(kept)
    expect(await lab.read(REDUCED)).toBeUndefined()
    expect(await answerOf(lab)).toBe('200')
  })

  it('takes back one, and the others stay in force', { timeout: 60_000 }, async () => {
    const undone = await undo('--stage', 'filesystem', '--json')
    expect(undone.exitCode, undone.stderr).toBe(0)
    const events = eventsOf(undone)
    expect(events).toContainEqual(expect.objectContaining({ event: 'trial', step: 'restart', state: 'done' }))
    expect(events.at(-2)).toMatchObject({ event: 'undo', stage: 'filesystem', result: 'done' })
    expect(undone.stderr).toMatch(/^Filesystem is taken back\. In force: Capabilities, User switch\.$/m)
    expect(await show(lab, 'apache2', 'ProtectSystem')).toBe('no')
    expect(await show(lab, 'apache2', 'ProtectKernelLogs')).toBe(stock)
    expect(await show(lab, 'apache2', 'User')).toBe('www-data')
    const status = await lab.run(['hardenctl', 'status', 'apache2'])
    expect(status.exitCode).toBe(0)
    expect(status.stdout).not.toContain('Filesystem')
    const [, kept] = eventsOf(await lab.run(['hardenctl', 'status', '--json']))
    expect(kept).toMatchObject({ unit: UNIT, in_force: true, not_in_force: [] })
    expect(kept).toMatchObject({ stages: [{ stage: 'capabilities' }, { stage: 'user' }] })
    expect(await answerOf(lab)).toBe('200')
    expect(await leftovers(lab)).toEqual([])
    expect(await lab.read(REDUCED)).toBeUndefined()
  })

  it('gives files back with the user switch, and leaves nothing when all is undone', {
    timeout: 60_000,
  }, async () => {
    expect((await undo('--stage', 'user')).exitCode).toBe(0)
    expect(await show(lab, 'apache2', 'User')).toBe('')
    expect(await lab.output(['stat', '-c', '%U', '/var/log/apache2'])).toBe('root\n')
    const { exitCode, stdout } = await undo('--stage', 'capabilities')
    expect(exitCode, stdout).toBe(0)
    expect(await answerOf(lab)).toBe('200')
    expect(comparable(await list(lab, 'apache2'))).toEqual(comparable(before))
  })
})
