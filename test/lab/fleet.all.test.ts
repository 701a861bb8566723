import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ansibleCollection } from '../../src/session/export/ansible/collection.ts'
import { findAnsible } from './kit/ansible.ts'
import { type Fleet, makeFleet } from './kit/fleet.ts'
import type { Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { bootServed, leftovers, RESTRICTIONS, STOCK_STATE, servedPlan, stateOfServed } from './kit/served.ts'
import { show } from './kit/subjects.ts'

const ansible = await findAnsible()
const problem = 'problem' in ansible ? ` (${ansible.problem})` : ''

describe.skipIf(skipLab() || problem !== '')(labTitle(`a roll-out by Ansible, otherwise${problem}`), () => {
  /** It has hardenctl, and a page below /home, which the plan forbids. */
  let refusing: Lab
  let cut: Lab
  let fleets: Fleet[] = []

  beforeAll(async () => {
    if ('problem' in ansible) return
    ;[refusing, cut] = await Promise.all([bootServed('/home/served', 'trixie', false), bootServed('/srv')])
    const name = 'served_service'
    const restrictions = ansibleCollection(servedPlan([], RESTRICTIONS))
    fleets = [
      await makeFleet(ansible.folder, { refusing }, { name, files: restrictions }),
      await makeFleet(ansible.folder, { cut }, { name, files: ansibleCollection(servedPlan()) }),
    ]
  })
  afterAll(async () => {
    for (const fleet of fleets) fleet.stop()
    await Promise.all([refusing?.stop(), cut?.stop()])
  })

  function rollOut(at: number, ...argv: string[]) {
    return (fleets[at] as Fleet).rollOut(argv)
  }

  it('tells what hardenctl would change, and changes nothing', async () => {
    const { exitCode, stdout } = await rollOut(0, '--check')
    expect(exitCode, stdout).toBe(0)
    expect(stdout).toContain('ProtectHome: no → yes')
    expect(stdout).toMatch(/refusing +: .*changed=1 +unreachable=0 +failed=0/)
    expect(await stateOfServed(refusing)).toEqual(STOCK_STATE)
  })

  it('leaves a service alone where hardenctl refuses the plan', async () => {
    const invocation = await show(refusing, 'served', 'InvocationID')
    const { exitCode, stdout } = await rollOut(0)
    expect(exitCode, stdout).toBe(2)
    expect(stdout).toMatch(
      /served\.service not kept by hardenctl: hardenctl: ProtectHome=yes of the plan can't be applied here/,
    )
    expect(await show(refusing, 'served', 'InvocationID')).toBe(invocation)
    expect(await stateOfServed(refusing)).toEqual(STOCK_STATE)
  })

  it('has a trial undone at boot where the power fails in its midst', async () => {
    const invocation = await show(cut, 'served', 'InvocationID')
    const run = rollOut(1, '-e', 'harden_seconds_to_watch=60')
    const isTried = async () => (await show(cut, 'served', 'InvocationID')) !== invocation
    await expect.poll(isTried, { timeout: 100_000, interval: 200 }).toBe(true)
    await cut.powerCut()
    expect((await run).exitCode).not.toBe(0)
    await cut.untilSuccess(['curl', '-sf', 'http://127.0.0.1:8097/'])
    await expect.poll(() => leftovers(cut)).toBe('')
    expect(await stateOfServed(cut)).toEqual(STOCK_STATE)
  })
})
