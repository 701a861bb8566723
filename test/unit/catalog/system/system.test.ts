import { describe, expect, test } from 'vitest'
import type { Facts, SocketFacts } from '../../../../src/observe/facts.ts'
import { file, listening, NOTHING_LEARNED } from '../build-facts.ts'
import { lines, proposal, row } from '../rows.ts'
import { apacheLike, cronLike, javaLike, postgresLike, redisLike } from '../services.ts'

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

/** A service that has given up root, all but the right to set the clock. */
function clockSetter(): Facts {
  const facts = javaLike()
  for (const { capabilities } of facts.processes) capabilities.effective = ['cap_sys_time']
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
  ['ProtectClock', clockSetter(), 'unfit'],
  ['ProtectClock', javaLike(), 'yes'],
  ['RemoveIPC', apacheLike(), 'unfit'],
  ['RemoveIPC', switched(), 'yes'],
  ['RemoveIPC', postgresLike(), 'unfit'],
  ['PrivateUsers', switched(), 'unfit'],
  ['PrivateUsers', javaLike(), 'yes'],
  ['PrivateUsers', redisLike(), 'in-force'],
  ['IPAddressDeny', apacheLike(), 'unfit'],
  ['IPAddressDeny', redisLike(), 'any, localhost allowed'],
  ['IPAddressDeny', { ...redisLike(), version1Alone: true as const }, 'unfit'],
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
    expect(proposal('RestrictAddressFamilies', facts).squeezes?.map(({ label }) => label)).toEqual([
      'AF_NETLINK',
    ])
  })
  test('it never widens', () => {
    const facts = apacheLike()
    facts.unit.properties.RestrictAddressFamilies = ['AF_INET AF_INET6']
    expect(row('RestrictAddressFamilies', facts).kind).toBe('in-force')
  })
})

function sockets(...seen: [SocketFacts['family'], string][]): Facts {
  return { ...apacheLike(), sockets: seen.map(([family, address]) => listening(family, address, 8080, [10])) }
}

test.each<[string, Facts, string[]]>([
  ['not the sibling of IPv4', sockets(['AF_INET', '0.0.0.0']), []],
  ['not the sibling of IPv6', sockets(['AF_INET6', '::1']), []],
  ['netlink that looks names up', sockets(['AF_NETLINK', 'NETLINK_ROUTE']), ['AF_NETLINK']],
  ['never AF_UNIX', sockets(['AF_UNIX', '/run/x']), []],
  ['not netlink that waits for events', sockets(['AF_NETLINK', 'NETLINK_KOBJECT_UEVENT']), []],
  ['never packets that are in use', sockets(['AF_PACKET', '']), []],
])('families to be squeezed: %s', (_, facts, wanted) => {
  const { squeezes = [] } = proposal('RestrictAddressFamilies', facts)
  expect(squeezes.map(({ label }) => label)).toEqual(wanted)
})

function jit(executable: string, library: string): Facts {
  const facts = javaLike()
  const process = facts.processes[0]
  if (process) Object.assign(process, { executable, libraries: [library], executableMemory: [] })
  return facts
}

test.each<[string, Facts, boolean | undefined]>([
  ['a compiler that is switched off', jit('/usr/bin/node', '/usr/lib/libc.so.6'), true],
  ['a virtual machine without compiled code', jit('/usr/bin/java', '/usr/lib/jvm/libjvm.so'), true],
  ['an embedded one may compile later', jit('/usr/bin/postgres', '/usr/lib/libv8.so.9'), undefined],
  ['one that waits for hot code', jit('/usr/sbin/nginx', '/usr/lib/libluajit-5.1.so.2'), undefined],
  ['one at work', javaLike(), undefined],
])('MemoryDenyWriteExecute is left to a trial: %s', (_, facts, wanted) => {
  const result = row('MemoryDenyWriteExecute', facts)
  if (wanted === undefined) expect(result.kind).toBe('unfit')
  else expect(result).toMatchObject({ kind: 'propose', recommended: false, tickIfProven: wanted })
})

test.each([
  ['', true],
  ['infinity', true],
  ['30s', undefined],
])('NotifyAccess is left to a trial with a watchdog of %j: %s', (watchdog, settled) => {
  const facts = javaLike()
  Object.assign(facts.unit.properties, { NotifyAccess: ['all'], WatchdogUSec: [watchdog] })
  expect(proposal('NotifyAccess', facts).tickIfProven).toBe(settled)
})

test.each([
  [257, ['yes', 'identity']],
  [252, undefined],
])('PrivateUsers has a looser rung since 257 (%i)', (systemd, wanted) => {
  const { ladder } = proposal('PrivateUsers', { ...javaLike(), systemd })
  expect(ladder?.rungs.map(({ value }) => value)).toEqual(wanted)
})

test('strict is worth it where devices are listed anyway, and no terminal is in use', () => {
  const facts = apacheLike()
  facts.processes[1]?.openFiles.push(file('/dev/fb0', true, 'device'))
  const { ladder } = proposal('DevicePolicy', facts)
  expect(ladder?.rungs.map(({ value }) => value)).toEqual(['strict', 'closed'])
  expect(ladder?.rungs[0]?.assignments.at(-1)?.value).toBe('/dev/fb0 rw')
  facts.processes[0]?.openFiles.push(file('/dev/pts/0', true, 'device'))
  expect(proposal('DevicePolicy', facts).ladder).toBeUndefined()
  expect(proposal('DevicePolicy', apacheLike()).ladder).toBeUndefined()
})

test('namespaces that a process made are left to it, not ticked', () => {
  const facts = apacheLike()
  const worker = facts.processes[1]
  if (worker) worker.ownNamespaces = ['user', 'net']
  expect(lines('RestrictNamespaces', facts)).toEqual(['RestrictNamespaces=', 'RestrictNamespaces=net user'])
  expect(proposal('RestrictNamespaces', facts).recommended).toBe(false)
})

test('namespaces that systemd made are nobody’s own, also where it knows no main process', () => {
  const facts = apacheLike()
  for (const process of facts.processes) {
    process.isMain = false
    process.ownNamespaces = ['ipc', 'mnt']
  }
  expect(lines('RestrictNamespaces', { ...facts, learned: NOTHING_LEARNED })).toEqual([
    'RestrictNamespaces=yes',
  ])
  // Not followed: each of them could have made its own.
  const { learned: _, ...unfollowed } = facts
  expect(proposal('RestrictNamespaces', unfollowed).recommended).toBe(false)
})
