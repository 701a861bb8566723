import { describe, expect, test } from 'vitest'
import type { Facts } from '../../../../src/observe/facts.ts'
import type {
  LearnedAct,
  LearnedFile,
  LearnedSocket,
  Sighting,
} from '../../../../src/observe/trace/learned.ts'
import type { LearnedFacts } from '../../../../src/observe/trace/learned-facts.ts'
import { NOTHING_LEARNED } from '../build-facts.ts'
import { lines, proposal, row } from '../rows.ts'
import { apacheLike, postgresLike, redisLike } from '../services.ts'

const sightings: Sighting[] = [{ program: '/usr/bin/helper', phase: 'start', count: 1 }]

function followed(seen: Partial<LearnedFacts>, facts: Facts = redisLike()): Facts {
  facts.unit.properties = { User: facts.unit.properties.User ?? [''] }
  const learned = { ...NOTHING_LEARNED, ...seen }
  return { ...facts, learned }
}

function act(kind: LearnedAct['kind'], detail = '', sure = true): Partial<LearnedFacts> {
  return { acts: [{ kind, detail, call: 'the_call', sure, sightings }] }
}

function file(path: string, ...uses: LearnedFile['uses']): LearnedFile {
  return { path, uses, sightings }
}

describe('what was done in a clone is not forbidden', () => {
  const acts: [LearnedAct['kind'], string][] = [
    ['suid', 'RestrictSUIDSGID'],
    ['personality', 'LockPersonality'],
    ['realtime', 'RestrictRealtime'],
    ['hostname', 'ProtectHostname'],
    ['write-execute', 'MemoryDenyWriteExecute'],
  ]
  test.each(acts)('%s speaks against %s', (kind, key) => {
    expect(row(key, followed({})).kind).toBe('propose')
    expect(row(key, followed(act(kind)))).toMatchObject({
      kind: 'unfit',
      why: 'In a clone it called the_call (helper, at start).',
    })
  })

  test('a doubtful act forbids nothing', () => {
    expect(row('LockPersonality', followed(act('personality', '', false))).kind).toBe('propose')
  })

  test('the kind of namespace that was made stays allowed', () => {
    expect(lines('RestrictNamespaces', followed(act('namespace', 'user'))).at(-1)).toBe(
      'RestrictNamespaces=user',
    )
  })

  const inOwnNamespace = [
    'ProtectSystem',
    'ProtectHome',
    'PrivateTmp',
    'PrivateDevices',
    'ProtectKernelTunables',
    'ProtectProc',
    'NoExecPaths',
    'PrivateIPC',
  ]
  test.each(inOwnNamespace)('%s would hide what it mounts for others', (key) => {
    const facts = followed(act('mount'), apacheLike())
    expect(row(key, facts)).toMatchObject({
      kind: 'unfit',
      why: expect.stringContaining('mounted or unmounted something (helper, at start)'),
    })
    const apart = [...(act('mount').acts ?? []), ...(act('namespace', 'mnt').acts ?? [])]
    expect(row(key, followed({ acts: apart }, apacheLike())).kind).not.toBe('unfit')
  })

  test('a socket that was closed again counts for the families, netlink by its protocol', () => {
    const socket = (family: string, protocol?: string): LearnedSocket => ({
      family,
      type: 'SOCK_RAW',
      ...(protocol === undefined ? {} : { protocol }),
      sightings,
    })
    const seen = followed({ sockets: [socket('AF_NETLINK', 'NETLINK_NETFILTER')] })
    expect(lines('RestrictAddressFamilies', seen).at(-1)).toContain('AF_NETLINK')
    expect(proposal('RestrictAddressFamilies', seen).squeezes?.map(({ word }) => word) ?? []).not.toContain(
      'AF_NETLINK',
    )
    const looked = followed({ sockets: [socket('AF_NETLINK', 'NETLINK_ROUTE')] })
    expect(proposal('RestrictAddressFamilies', looked).squeezes?.map(({ word }) => word)).toContain(
      'AF_NETLINK',
    )
  })

  const files: [keyof LearnedFacts, string, string][] = [
    ['noted', '/dev/kmsg', 'ProtectKernelLogs'],
    ['noted', '/dev/rtc0', 'PrivateDevices'],
    ['changed', '/proc/sys/vm/swappiness', 'ProtectKernelTunables'],
    ['changed', '/sys/fs/cgroup/x/cpu.max', 'ProtectControlGroups'],
    ['changed', '/home/anna/mail', 'ProtectHome'],
  ]
  test.each(files)('%s %s speaks against %s', (list, path, key) => {
    const result = row(key, followed({ [list]: [file(path, 'read', 'write')] }))
    expect(result.kind).toBe('unfit')
    expect(result.kind === 'unfit' && result.why).toContain(`${path} (helper, at start)`)
  })

  test('a home that is only read stays to be read', () => {
    expect(proposal('ProtectHome', followed({ noted: [file('/home/anna/page', 'read')] })).value).toBe(
      'read-only',
    )
  })
})

describe('what was used in a clone stays usable', () => {
  test('a file in a directory of its own that is closed again, and one of others', () => {
    const changed = [file('/var/lib/stats/today', 'write', 'create'), file('/srv/total', 'write')]
    const written = lines('ProtectSystem', followed({ changed })).find((line) =>
      line.startsWith('ReadWritePaths=-'),
    )
    expect(written).toContain('-/var/lib/stats')
    expect(written).toContain('-/srv/total')
  })

  test.each([
    ['/home/anna/Maildir/new/1', '-/home'],
    ['/var/mail/anna', '-/var/mail'],
  ])('the place of all accounts, where %s was written for one', (path, place) => {
    const changed = [file(path, 'write', 'create')]
    expect(lines('ProtectSystem', followed({ changed })).join(' ')).toMatch(
      new RegExp(`ReadWritePaths=[^,]*${place}(?:\\s|$)`),
    )
  })

  test('what something else in the clone may have written gives nothing', () => {
    const other = { ...file('/var/lib/other/file', 'write'), sightings: [] }
    expect(lines('ProtectSystem', followed({ changed: [other] })).join(' ')).not.toContain('/var/lib/other')
  })

  test.each([
    ['/opt/tool', '-/opt/tool'],
    ['/usr/bin/gzip', '-/usr/bin/gzip'],
    // Others of its package have their hour.
    ['/usr/libexec/mail/local', '-/usr/libexec/mail'],
    ['/opt/app/bin/worker', '-/opt/app/bin'],
  ])('a helper that was over before one looked: %s', (path, allowed) => {
    const seen = followed({ executed: [file(path, 'execute')] })
    expect(lines('NoExecPaths', seen).join(' ').split(' ')).toContain(allowed)
  })
})

describe('PAM', () => {
  const libraries = (...paths: string[]) => {
    const facts = followed({}, postgresLike())
    facts.processes = facts.processes.map((process) => ({ ...process, libraries: paths }))
    return facts
  }

  test('a process without rights that only links it opens no sessions', () => {
    expect(row('NoNewPrivileges', libraries('/usr/lib/libpam.so.0')).kind).toBe('propose')
    expect(row('User', libraries('/usr/lib/libpam.so.0'))).toEqual(row('User', libraries()))
  })

  test('one that asks it for passwords needs its setuid helper', () => {
    expect(row('NoNewPrivileges', libraries('/usr/lib/security/pam_unix.so')).kind).toBe('unfit')
  })
})
