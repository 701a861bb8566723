import { describe, expect, test } from 'vitest'
import type { Facts } from '../../../src/observe/facts.ts'
import { listening } from './build-facts.ts'
import { lines, proposal, row } from './rows.ts'
import { apacheLike, cronLike, javaLike, postgresLike, redisLike } from './services.ts'

function outcome(key: string, facts: Facts): string {
  const result = row(key, facts)
  return result.kind === 'propose' ? result.value : result.kind
}

/** The web server after its user switch was kept. */
function switched(): Facts {
  const facts = apacheLike()
  facts.processes = facts.processes.slice(1).map((process, at) => ({ ...process, isMain: at === 0 }))
  Object.assign(facts.unit.properties, {
    User: ['www-data'],
    AmbientCapabilities: ['cap_net_bind_service'],
    CapabilityBoundingSet: ['cap_net_bind_service'],
  })
  return facts
}

function marked(): Facts {
  const facts = switched()
  const program = facts.executables[0]
  if (program) program.setgid = true
  return facts
}

test.each([
  ['NoNewPrivileges', switched(), 'yes'],
  ['NoNewPrivileges', marked(), 'unfit'],
  ['NoNewPrivileges', cronLike(), 'unfit'],
  ['MemoryDenyWriteExecute', javaLike(), 'unfit'],
  ['MemoryDenyWriteExecute', apacheLike(), 'yes'],
  ['RemoveIPC', apacheLike(), 'unfit'],
  ['RemoveIPC', switched(), 'yes'],
  ['RemoveIPC', postgresLike(), 'unfit'],
  ['PrivateUsers', switched(), 'unfit'],
  ['PrivateUsers', javaLike(), 'yes'],
  ['PrivateUsers', redisLike(), 'in-force'],
  ['IPAddressDeny', apacheLike(), 'unfit'],
  ['IPAddressDeny', redisLike(), 'any, localhost allowed'],
  ['RestrictNamespaces', redisLike(), 'yes'],
  ['SystemCallArchitectures', apacheLike(), 'native'],
  ['DevicePolicy', apacheLike(), 'closed'],
])('%s %#', (key, facts, wanted) => expect(outcome(key, facts)).toBe(wanted))

describe('RestrictAddressFamilies', () => {
  test('families seen, and AF_UNIX always', () => {
    expect(lines('RestrictAddressFamilies', apacheLike())).toEqual([
      'RestrictAddressFamilies=',
      'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX',
    ])
  })
  test('netlink can be squeezed out', () => {
    const facts = apacheLike()
    facts.sockets.push({ ...listening('AF_NETLINK', '', 0, [10]), type: 'raw' })
    expect(proposal('RestrictAddressFamilies', facts).ladder?.map(({ value }) => value)).toEqual([
      'AF_INET AF_INET6 AF_UNIX',
      'AF_INET AF_INET6 AF_NETLINK AF_UNIX',
    ])
  })
  test('it never widens', () => {
    const facts = apacheLike()
    facts.unit.properties.RestrictAddressFamilies = ['AF_INET AF_INET6']
    expect(row('RestrictAddressFamilies', facts).kind).toBe('in-force')
  })
})

test('namespaces that a process made are left to it, not ticked', () => {
  const facts = apacheLike()
  const worker = facts.processes[1]
  if (worker) worker.ownNamespaces = ['user', 'net']
  expect(lines('RestrictNamespaces', facts)).toEqual(['RestrictNamespaces=', 'RestrictNamespaces=net user'])
  expect(proposal('RestrictNamespaces', facts).recommended).toBe(false)
})
