import { describe, expect, test } from 'vitest'
import {
  parseCmdline,
  parseRunTime,
  parseStat,
  parseStatus,
  schedulingOfThreads,
} from '../../../../src/observe/proc/process-status.ts'

/** From a running kernel 6.18, shortened. */
const STATUS = `Name:\tapache2
Umask:\t0022
State:\tS (sleeping)
Tgid:\t4809
PPid:\t4807
Uid:\t33\t33\t33\t33
Gid:\t33\t33\t33\t33
FDSize:\t256
Groups:\t33 104 
CapInh:\t0000000000000000
CapPrm:\t0000000000000000
CapEff:\t0000000000000000
CapBnd:\t000001fffeffffff
CapAmb:\t0000000000000400
NoNewPrivs:\t1
Seccomp:\t2
Seccomp_filters:\t3
`

describe('/proc/PID/status', () => {
  test('tells identities, capabilities and restrictions', () => {
    const status = parseStatus(STATUS)
    expect(status).toMatchObject({
      name: 'apache2',
      uid: { real: 33, effective: 33, saved: 33, filesystem: 33 },
      groups: [33, 104],
      noNewPrivileges: true,
      seccomp: 'filter',
      seccompFilters: 3,
      umask: 0o022,
    })
    expect(status?.capabilities.bounding).not.toContain('cap_sys_resource')
    expect(status?.capabilities.bounding).toHaveLength(40)
    expect(status?.capabilities.ambient).toEqual(['cap_net_bind_service'])
    expect(status?.capabilities.effective).toEqual([])
  })

  test('an old kernel has no umask, no filter count and no seccomp line', () => {
    const status = parseStatus(STATUS.replace(/^(Umask|Seccomp|Seccomp_filters|Groups):.*\n/gm, ''))
    expect(status).toMatchObject({ umask: -1, seccomp: 'none', groups: [] })
    expect(status).not.toHaveProperty('seccompFilters')
  })

  test.each(['', 'Name:\tx\n', 'Uid:\t0\t0\nGid:\t0\t0\t0\t0\n'])('%j is a process that is gone', (text) => {
    expect(parseStatus(text)).toBeUndefined()
  })
})

describe('/proc/PID/stat', () => {
  const fields = (policy: number) =>
    `S 4807 4807 3182 0 -1 4194304 102 0 0 0 0 0 0 0 20 -5 1 0 135763 3133440 388 18446744073709551615 1 1 1 0 0 0 0 0 0 0 0 0 17 0 0 ${policy} 0 0`

  test.each([
    ['4810 (cat)', 0, 'other'],
    ['4810 (a b) c)', 1, 'fifo'],
    ['4810 (() 1 2 3)', 2, 'rr'],
    ['4810 (line\nbreak)', 5, 'idle'],
    ['4810 (x)', 6, 'deadline'],
    ['4810 (x)', 7, 'other'],
  ])('%j with policy %i', (start, policy, scheduling) => {
    expect(parseStat(`${start} ${fields(policy)}`)).toEqual({
      parent: 4807,
      startTicks: '135763',
      nice: -5,
      scheduling,
    })
  })

  test.each(['', '12 (x', '12 (x) S 1'])('%j is none', (text) => {
    expect(parseStat(text)).toBeUndefined()
  })

  test('how long it and its children ran', () => {
    const ran = `4810 (a b) 9 c) ${fields(0).replace('102 0 0 0 0 0 0 0 20', '102 0 0 0 5 6 7 8 20')}`
    expect(parseRunTime(ran)).toBe(260_000)
    for (const text of ['', '12 (x', '12 (x) S 1 2 3', '12 (x) S 1 2 3 4 5 6 7 8 9 10 a b c d'])
      expect(parseRunTime(text)).toBe(0)
  })

  test('one realtime thread makes the process realtime', () => {
    expect(schedulingOfThreads('other', ['batch', 'rr'])).toBe('rr')
    expect(schedulingOfThreads('other', ['batch'])).toBe('other')
    expect(schedulingOfThreads('fifo', ['other'])).toBe('fifo')
  })
})

test.each([
  ['', []],
  ['/usr/sbin/apache2\0-k\0start\0', ['/usr/sbin/apache2', '-k', 'start']],
  ['nginx: worker process\0\0\0\0', ['nginx: worker process']],
  ['a\0\0b\0', ['a', '', 'b']],
])('command line %j', (text, argv) => {
  expect(parseCmdline(text)).toEqual(argv)
})
