import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ansibleCollection } from '../../src/session/export/ansible/collection.ts'
import { findAnsible } from './kit/ansible.ts'
import { type Fleet, makeFleet } from './kit/fleet.ts'
import type { Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import {
  bootServed,
  HOSTILE_EXERCISE,
  leftovers,
  OWNED,
  STOCK_STATE,
  servedPlan,
  stateOfServed,
} from './kit/served.ts'
import { show } from './kit/subjects.ts'

const ansible = await findAnsible()
const problem = 'problem' in ansible ? ` (${ansible.problem})` : ''

const HARDENED = ['served', 'yes', 'yes', 'yes', 'active', 'served', 'served']

describe.skipIf(skipLab() || problem !== '')(labTitle(`a roll-out by Ansible${problem}`), () => {
  let canary: Lab
  /** Its page is below /home, which the plan forbids. */
  let broken: Lab
  let fleet: Fleet
  let report: string

  beforeAll(async () => {
    if ('problem' in ansible) return
    ;[canary, broken] = await Promise.all([bootServed('/srv'), bootServed('/home/served')])
    const files = ansibleCollection(servedPlan([HOSTILE_EXERCISE]))
    const collection = { name: 'served_service', files, more: ['later'] }
    fleet = await makeFleet(ansible.folder, { canary, broken }, collection)
    report = join(fleet.folder, 'report.md')
  })
  afterAll(async () => {
    fleet?.stop()
    await Promise.all([canary?.stop(), broken?.stop()])
  })

  it('is a collection that ansible-lint has nothing against', async () => {
    const { exitCode, stdout, stderr } = await fleet.lint()
    expect(exitCode, stdout + stderr).toBe(0)
    expect(stderr).toMatch(/Passed: 0 failure\(s\), 0 warning\(s\) in \d\d files/)
  })

  it('says what it would change, and changes nothing', async () => {
    const invocation = await show(canary, 'served', 'InvocationID')
    const { exitCode, stdout } = await fleet.rollOut(['--check', '--diff', '--limit', 'canary'])
    expect(exitCode, stdout).toBe(0)
    expect(stdout).toContain('\n+ProtectHome=yes\n')
    expect(stdout).toMatch(/canary +: .*changed=1 +unreachable=0 +failed=0/)
    expect(await show(canary, 'served', 'InvocationID')).toBe(invocation)
    expect(await leftovers(canary)).toBe('')
  })

  it('keeps what one host bears, rolls back on the host that does not, and goes to no third', async () => {
    const options = [`harden_report=${report}`, 'harden_seconds_to_watch=1', '{"harden_serial": 2}']
    const { exitCode, stdout } = await fleet.rollOut(options.flatMap((one) => ['-e', one]))
    expect(exitCode, stdout).toBe(2)
    expect(await stateOfServed(canary)).toEqual(HARDENED)
    expect(await stateOfServed(broken)).toEqual(STOCK_STATE)
    expect(await leftovers(broken)).toBe('')
    const kept = [
      '/etc/systemd/system/served.service.d/zz-hardenctl-ansible.conf',
      '/etc/tmpfiles.d/hardenctl-served.conf',
    ]
    expect((await leftovers(canary)).split('\n').toSorted()).toEqual(kept)
    const rows = readFileSync(report, 'utf8')
      .split('\n')
      .filter((line) => /^\| (canary|broken|later) /.test(line))
    expect(rows).toEqual([
      '| canary | 9.6 | 8.5 | kept by Ansible |  |',
      expect.stringMatching(
        /^\| broken \| 9\.6 \| 9\.6 \| rolled back by Ansible \| Ask by HTTP: Status code was 500 /,
      ),
      '| later |  |  | not reached |  |',
    ])
    expect(existsSync(OWNED)).toBe(false)
  })

  it('changes nothing the second time', async () => {
    const invocation = await show(canary, 'served', 'InvocationID')
    const { exitCode, stdout } = await fleet.rollOut(['--limit', 'canary'])
    expect(exitCode, stdout).toBe(0)
    expect(stdout).toMatch(/canary +: .*changed=0 +unreachable=0 +failed=0/)
    expect(await show(canary, 'served', 'InvocationID')).toBe(invocation)
  })
})
