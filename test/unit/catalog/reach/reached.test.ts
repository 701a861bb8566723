import { describe, expect, test } from 'vitest'
import { possible } from '../../../../src/catalog/reach/possible.ts'
import type { Facts, Given, OpenFile, Sharer } from '../../../../src/observe/facts.ts'
import type { ReachFacts } from '../../../../src/observe/reach-facts.ts'
import type { LearnedFile } from '../../../../src/observe/trace/learned.ts'
import { binary, listening, NOTHING_LEARNED, process } from '../build-facts.ts'
import { lines, proposal, row } from '../rows.ts'
import { apacheLike, httpdLike, nginxLike } from '../services.ts'
import { ASKED, daemon, missed, names, reach, taken } from './daemon.ts'

describe('a row is not taken by itself where its configuration names', () => {
  test.each([
    ['a setuid program', 'NoNewPrivileges', 990, names('program', '/usr/sbin/post', { privileged: true })],
    ['another machine', 'IPAddressDeny', 990, names('host', 'db.corp.net')],
    ['an account', 'User', 0, names('account', 'alice')],
  ] as const)('%s: %s', (_, key, uid, known) => {
    expect(taken(key, daemon(uid, { reach: reach({}) })) || key === 'User').toBe(true)
    const facts = daemon(uid, { reach: known })
    expect(taken(key, facts)).toBe(false)
    if (row(key, facts).kind === 'propose') {
      expect(proposal(key, facts).caution).toContain('/etc/srv.conf')
      expect(missed(key, facts)).toContain('/etc/srv.conf')
      expect(proposal(key, facts)).not.toHaveProperty('tickIfProven')
    }
    expect(missed(key, { ...facts, given: { ...ASKED, level: 'tight' } })).toBeUndefined()
  })
})

describe('what others may read of what it writes', () => {
  const owned = (open?: true) => [{ path: '/srv/x', why: 'It is its own.', ...(open ? { open } : {}) }]
  test.each<[string, Partial<Facts>, boolean]>([
    ['nothing is known', {}, true],
    ['its own folder is closed', { owned: owned() }, true],
    ['its own folder is open to all', { owned: owned(true) }, false],
    ['so is one that it is told to use', { reach: names('folder', '/srv/x', { open: true }) }, false],
    ['an exercise, which is one reader', { owned: owned(true), given: { ...ASKED, exercised: true } }, false],
    ['only what was seen counts', { owned: owned(true), given: { ...ASKED, level: 'tight' } }, true],
  ])('%s', (_, over, wanted) => expect(taken('UMask', daemon(990, over))).toBe(wanted))
})

describe('whoever connects to its Unix socket', () => {
  const socket = (mode: number): Partial<Facts> => ({
    sockets: [],
    writable: [
      { path: '/run/x/s', kind: 'socket', uid: 990, gid: 990, mode, from: ['listening'], by: [990] },
    ],
  })
  test.each<[string, Partial<Facts>, boolean]>([
    ['may be anybody', socket(0o777), false],
    ['may be of a group', socket(0o770), false],
    ['is itself', socket(0o700), true],
    ['is the exercise', { ...socket(0o777), given: { ...ASKED, exercised: true } }, true],
  ])('%s', (_, over, wanted) => expect(taken('PrivateUsers', daemon(990, over))).toBe(wanted))

  const connected = { ...ASKED, connected: ['/var/run/x/s'] }
  test.each<[string, Partial<Facts>, string, boolean]>([
    ['may name files of theirs', { ...socket(0o777), given: connected }, 'read-only', false],
    ['speaks a known protocol', { ...socket(0o777), given: ASKED }, 'yes', true],
    ['is not anybody', { ...socket(0o770), given: connected }, 'yes', true],
    [
      'is the exercise, which asks',
      { ...socket(0o777), given: { ...connected, exercised: true } },
      'yes',
      true,
    ],
  ])('%s', (_, over, home, temporary) => {
    expect(proposal('ProtectHome', daemon(990, over)).value).toBe(home)
    expect(taken('ProtectHome', daemon(990, over))).toBe(true)
    expect(taken('PrivateTmp', daemon(990, over))).toBe(temporary)
    // It writes there too: under ProtectSystem=strict it could not.
    expect(/-?\/var\/tmp/.test(lines('ProtectSystem', daemon(990, over)).join())).toBe(!temporary)
  })
  test.each<[string, string, Partial<Facts>, boolean]>([
    ['names where to answer', '/run/x/control', { given: ASKED }, false],
    ['is the exercise, which asks', '/run/x/control', { given: { ...ASKED, exercised: true } }, true],
    ['writes into no pipe with a name', 'pipe:[8045]', { given: ASKED }, true],
  ])('%s by a pipe', (_, path, over, temporary) => {
    const pipe: OpenFile = { descriptor: 5, path, kind: 'pipe', writable: true, deleted: false }
    const facts = daemon(990, over)
    const processes = facts.processes.map((one) => ({ ...one, openFiles: [...one.openFiles, pipe] }))
    expect(taken('PrivateTmp', { ...facts, processes })).toBe(temporary)
  })
})

describe('a daemon of root that a program tells what to do', () => {
  const controller = { path: '/usr/sbin/tell', socket: '/run/srv/s' }
  const told = (over: Partial<Facts> = {}) => daemon(0, { reach: reach({ controller }), ...over })
  test('may be told of any file', () => {
    expect(proposal('ProtectSystem', told()).value).toBe('full')
    expect(taken('ProtectSystem', told())).toBe(true)
    expect(lines('CapabilityBoundingSet', told()).join()).toContain('CAP_DAC_OVERRIDE')
    expect(taken('CapabilityBoundingSet', told())).toBe(true)
    for (const key of ['ProtectHome', 'PrivateTmp', 'PrivateDevices']) {
      expect(taken(key, told()), key).toBe(false)
      expect(missed(key, told())).toContain('/usr/sbin/tell tells it over /run/srv/s')
    }
  })
  test.each<[string, Partial<Facts>]>([
    ['an exercise told it', { given: { ...ASKED, exercised: true } }],
    ['only what was seen counts', { given: { ...ASKED, level: 'tight' } }],
  ])('but not where %s', (_, over) => {
    expect(proposal('ProtectSystem', told(over)).value).toBe('strict')
    expect(taken('PrivateDevices', told(over))).toBe(true)
  })
  test('and a unit that is as tight keeps that', () => {
    const facts = told()
    facts.unit.properties = { ...facts.unit.properties, ProtectSystem: ['full'] }
    expect(row('ProtectSystem', facts)).toMatchObject({ kind: 'in-force', value: 'full' })
  })
})

describe('a program whose calls nobody can read', () => {
  const opaque = (uid: number) => daemon(uid, { sockets: [], reach: reach({ opaque: ['/opt/x/srv'] }) })
  test('may act as others if it is root, and be a client of others', () => {
    expect(lines('CapabilityBoundingSet', opaque(0)).join()).toContain('CAP_SETUID')
    expect(taken('IPAddressDeny', opaque(990))).toBe(false)
    expect(missed('IPAddressDeny', opaque(990))).toContain('functions of /opt/x/srv that nobody can read')
    expect(taken('MemoryDenyWriteExecute', opaque(990))).toBe(true)
  })
})

test('a setting of the kernel that a clone did not let it change', () => {
  const call = { name: 'openat', error: 'EROFS', path: '/proc/sys/net/ipv4/ip_forward', sightings: [] }
  const refused = daemon(0, { learned: { ...NOTHING_LEARNED, failed: [call] } })
  expect(taken('ProtectKernelTunables', refused)).toBe(false)
  expect(missed('ProtectKernelTunables', refused)).toContain('/proc/sys/net/ipv4/ip_forward')
  expect(taken('ProtectKernelModules', refused)).toBe(true)
  const elsewhere = { ...call, path: '/usr/x' }
  const other = daemon(0, { learned: { ...NOTHING_LEARNED, failed: [elsewhere] } })
  expect(taken('ProtectKernelTunables', other)).toBe(true)
  const read = (path: string) =>
    daemon(0, { learned: { ...NOTHING_LEARNED, noted: [{ path, uses: ['read'], sightings: [] }] } })
  expect(taken('ProtectKernelTunables', read('/proc/sys/net/ipv4/ip_forward'))).toBe(false)
  expect(taken('ProtectKernelTunables', read('/proc/sys/net/core/somaxconn'))).toBe(true)
})

test('a folder of its account below /etc stays writable', () => {
  const owned = [{ path: '/etc/srv', uid: 990, why: '/etc/srv belongs to uid 990, its account.' }]
  expect(lines('ProtectSystem', daemon(990, { owned })).join()).toContain('-/etc/srv')
})

test('a service that nobody can ask is not cut off from callers, and not narrowed further by clones', () => {
  const sockets = [listening('AF_NETLINK', 'NETLINK_ROUTE', 0, [10])]
  const unasked = daemon(990, { sockets, given: { ...ASKED, asked: false } })
  for (const key of ['ProtectProc', 'ProtectHome', 'PrivateUsers'])
    expect(taken(key, unasked), key).toBe(false)
  expect(taken('LockPersonality', unasked)).toBe(true)
  const families = (facts: Facts) => proposal('RestrictAddressFamilies', facts).squeezes
  expect(families(unasked)).toBeUndefined()
  expect(families({ ...unasked, given: ASKED })).toHaveLength(1)
})

describe('a service that is told of everything', () => {
  const facts = daemon(0, { reach: names('everything', '/') })
  test('keeps what it needs to read and write anywhere', () => {
    expect(row('ProtectHome', facts).kind).toBe('unfit')
    expect(taken('ProtectSystem', facts)).toBe(false)
    expect(lines('CapabilityBoundingSet', facts).join()).toContain('CAP_DAC_READ_SEARCH')
    expect(taken('LockPersonality', facts)).toBe(true)
    expect(taken('ProtectSystem', daemon(990, { reach: names('everything', '/') }))).toBe(true)
  })
})

describe('a unit that keeps NoNewPrivileges off on purpose', () => {
  const facts = (given: Partial<Given> = {}) => {
    const found = daemon(990, { given: { ...ASKED, ...given } })
    found.unit.written = { NoNewPrivileges: { value: 'no', place: '/etc/systemd/system/x.service:5' } }
    return found
  }
  test.each(['NoNewPrivileges', 'ProtectSystem', 'NoExecPaths', 'UMask'])(
    'starts a helper with rights of its own, which %s would stop',
    (key) => {
      expect(taken(key, daemon(990))).toBe(true)
      expect(taken(key, facts())).toBe(false)
      expect(proposal(key, facts()).caution).toContain('/etc/systemd/system/x.service:5')
    },
  )

  test('is hardened by what a full exchange in clones showed of the helper at work', () => {
    const found = facts({ full: ['SMTP'] })
    expect(taken('ProtectSystem', found)).toBe(false)
    const act = { kind: 'privileged', detail: '/usr/sbin/srv', call: 'execve', sure: true } as const
    found.learned = { ...NOTHING_LEARNED, acts: [{ ...act, sightings: [] }] }
    expect(taken('ProtectSystem', found)).toBe(true)
    expect(taken('ProtectSystem', { ...found, given: ASKED })).toBe(false)
    expect(taken('NoNewPrivileges', found)).toBe(false)
  })

  test('is hardened by what an exercise showed of the helper', () => {
    expect(taken('ProtectSystem', facts({ exercised: true }))).toBe(true)
    expect(taken('NoNewPrivileges', facts({ exercised: true }))).toBe(false)
  })
})

describe('what its configuration names is left open', () => {
  test('a program that was not seen run', () => {
    const facts = daemon(990, { reach: names('program', '/usr/local/bin/hook') })
    // It may be a script, which starts others.
    expect(lines('NoExecPaths', facts).join()).toContain('ExecPaths=-/usr')
    expect(taken('NoExecPaths', facts)).toBe(true)
  })

  test('the programs of a folder', () => {
    const facts = daemon(990, { reach: names('programs', '/srv/site') })
    expect(lines('NoExecPaths', facts).join()).toMatch(/-\/usr -\/srv\/site/)
    expect(lines('NoExecPaths', daemon(990)).join()).not.toContain('-/usr/bin ')
  })

  test('a log in a folder of all, where rotation puts another file', () => {
    const facts = daemon(990, { reach: names('file', '/var/log/uploads.log') })
    expect(lines('ProtectSystem', facts).at(-1)).toMatch(/-\/var\/log$/)
    const elsewhere = daemon(990, { reach: names('file', '/etc/srv/state') })
    expect(lines('ProtectSystem', elsewhere).join()).toContain('-/etc/srv/state')
  })

  test('a home, for writing too', () => {
    const facts = daemon(990, { reach: names('home', '/home/alice/data') })
    expect(row('ProtectHome', facts).kind).toBe('unfit')
    expect(lines('ProtectSystem', facts).join()).toContain('-/home/alice/data')
  })

  test('the switch to an account, with the rights to go where that one may', () => {
    const facts = daemon(0, { reach: { ...names('account', 'alice'), imports: ['chroot', 'setuid'] } })
    const kept = lines('CapabilityBoundingSet', facts).join()
    for (const name of ['CAP_SETUID', 'CAP_SETGID', 'CAP_SYS_CHROOT', 'CAP_DAC_READ_SEARCH'])
      expect(kept).toContain(name)
    expect(taken('CapabilityBoundingSet', facts)).toBe(true)
    expect(row('User', facts).kind).toBe('unfit')
  })

  test('but not the account as which it was seen to run', () => {
    const workers = { processes: [process(10, 0, { isMain: true }), process(11, 990)] }
    const facts = daemon(0, { ...workers, reach: names('account', 'srv') })
    expect(taken('User', facts)).toBe(true)
  })
})

describe('a service whose own program is setuid', () => {
  const facts = (over: Partial<Facts> = {}) =>
    daemon(990, { executables: [{ ...binary('/usr/sbin/srv'), setuid: true }], ...over })
  const main = { processes: [process(10, 990, { isMain: true, executable: '/usr/sbin/srv' })] }

  test.each(['ProtectSystem', 'ProtectHome', 'UMask'])(
    'does with the rights of another whatever it starts itself again for, which %s would stop',
    (key) => {
      expect(taken(key, daemon(990, main))).toBe(true)
      expect(taken(key, facts(main))).toBe(false)
      expect(proposal(key, facts(main)).caution).toContain('/usr/sbin/srv is setuid')
    },
  )

  test('is another matter than a helper that is', () => {
    const helped = { processes: [process(10, 990, { isMain: true, executable: '/usr/sbin/other' })] }
    expect(taken('ProtectSystem', facts(helped))).toBe(true)
  })
})

describe('a program that looks up names and connects', () => {
  const client = reach({ imports: ['connect', 'getaddrinfo'] })
  test('keeps its way to other machines, though it listens on this one alone', () => {
    expect(taken('IPAddressDeny', daemon(990, { reach: reach({ imports: ['connect'] }) }))).toBe(true)
    expect(taken('IPAddressDeny', daemon(990, { reach: client }))).toBe(false)
    expect(lines('RestrictAddressFamilies', daemon(990, { sockets: [], reach: client })).join()).toContain(
      'AF_INET6',
    )
  })

  test('keeps it too where it asks the sources of names by itself, to remember them for all', () => {
    const facts = daemon(990, {
      sockets: [],
      reach: reach({ imports: ['__nss_lookup_function', 'connect'] }),
    })
    expect(taken('IPAddressDeny', facts)).toBe(false)
    expect(lines('RestrictAddressFamilies', facts).join()).toContain('AF_INET')
  })

  test('but not where its use was played', () => {
    const facts = daemon(990, { reach: client, given: { ...ASKED, exercised: true } })
    expect(taken('IPAddressDeny', facts)).toBe(true)
  })
})

describe('a folder that is there for a service of root', () => {
  const owned = { owned: [{ path: '/var/lib/srv', uid: 0, why: '/var/lib/srv came with its package.' }] }
  const data = { reach: names('folder', '/data/store') }

  test.each([
    ['came with its package', owned],
    ['is named by its configuration', data],
    ['is a file that its configuration names', { reach: names('file', '/data/store') }],
  ])('%s: no account takes its place unseen, and it stays writable', (_, over) => {
    expect(missed('User', daemon(0, over))).toContain('belongs to root')
    expect(lines('ProtectSystem', daemon(0, over)).join()).toMatch(/-\/(?:var\/lib\/srv|data\/store)/)
  })

  test('but one that it only works in may hold nothing but its program', () => {
    const works = {
      kind: 'folder' as const,
      name: '/opt/srv',
      where: 'its working directory',
      workplace: true as const,
    }
    const facts = daemon(0, { reach: reach({ named: [works] }) })
    expect(missed('User', facts)).toBeUndefined()
    expect(lines('ProtectSystem', facts).join()).toContain('-/opt/srv')
  })

  test('but may be an account’s where it was seen at work there', () => {
    const facts = daemon(0, owned)
    const sightings = [{ program: '/usr/sbin/srv', phase: 'start', count: 1 }]
    const file: LearnedFile = { path: '/var/lib/srv/db', uses: ['write'], sightings }
    facts.learned = { ...NOTHING_LEARNED, changed: [file] }
    expect(missed('User', facts)).toBeUndefined()
  })
})

test('a file in /tmp that its configuration names is looked for by others', () => {
  const facts = daemon(990, { reach: names('temporary', '/tmp/drop/in.xml') })
  expect(row('PrivateTmp', facts).kind).toBe('unfit')
  expect(lines('ProtectSystem', facts).join()).toContain('-/tmp')
})

describe('a program that root is told to start', () => {
  const hook = (more: object) =>
    reach({ named: [{ kind: 'program', name: '/srv/hook', where: '/etc/srv.conf', ...more }] })
  test.each([
    [
      'a script of somebody here',
      { script: true },
      ['ProtectSystem', 'ProtectClock', 'LockPersonality', 'SystemCallFilter'],
      ['LockPersonality'],
    ],
    ['a program of the system', {}, ['ProtectSystem'], []],
  ])('%s may do what was not seen', (_, more, left, leftToAccount) => {
    const keys = ['ProtectSystem', 'ProtectClock', 'LockPersonality', 'SystemCallFilter']
    const facts = daemon(0, { reach: hook(more) })
    expect(keys.filter((key) => !taken(key, facts))).toEqual(left)
    expect(keys.filter((key) => !taken(key, daemon(990, { reach: hook(more) })))).toEqual(leftToAccount)
  })

  test('and no more once it was seen to run', () => {
    const facts = daemon(0, { reach: hook({ script: true }), given: { ...ASKED, exercised: true } })
    const executed = [{ path: '/srv/hook', uses: ['execute' as const], sightings: [] }]
    facts.learned = { ...NOTHING_LEARNED, executed }
    expect(taken('ProtectClock', facts)).toBe(true)
  })
})

test('a device that its configuration names is left to it', () => {
  const facts = daemon(0, { reach: names('device', '/dev/ttyS0') })
  expect(missed('PrivateDevices', facts)).toContain('names /dev/ttyS0')
  expect(taken('PrivateDevices', daemon(0))).toBe(true)
})

describe('a program that tells of the whole machine', () => {
  const monitor = reach({ monitors: [{ path: '/usr/bin/teller', mounts: true }] })
  test.each(['ProtectProc', 'PrivateTmp', 'ProtectHome', 'ProtectSystem'])(
    'would tell of another one under %s, and nothing would fail',
    (key) => {
      expect(taken(key, daemon(990))).toBe(true)
      expect(taken(key, daemon(990, { reach: monitor }))).toBe(false)
      expect(missed(key, daemon(990, { reach: monitor }))).toContain('nobody compared its numbers')
    },
  )

  test.each([
    ['ProtectProc', false],
    ['PrivateTmp', true],
    ['ProtectHome', true],
    ['ProtectSystem', true],
  ])('bears %s where it names no table of mounts: %s', (key, bears) => {
    const load = reach({ monitors: [{ path: '/usr/bin/teller', mounts: false }] })
    expect(taken(key, daemon(990, { reach: load }))).toBe(bears)
  })

  test('keeps what leaves its view alone, and all where what it tells was compared', () => {
    expect(taken('LockPersonality', daemon(990, { reach: monitor }))).toBe(true)
    const used = { ...ASKED, exercised: true }
    expect(taken('ProtectSystem', daemon(990, { reach: monitor, given: used }))).toBe(false)
    expect(proposal('ProtectSystem', daemon(990, { reach: monitor, given: used })).caution).toContain(
      'An exercise that prints what it is told would show it.',
    )
    const given = { ...used, compared: true }
    expect(taken('ProtectSystem', daemon(990, { reach: monitor, given }))).toBe(true)
  })
})

test.each<[string, string[], boolean]>([
  ['asks for its size each file system that it finds', ['/etc/mtab'], false],
  ['looks for its limits', ['/proc/10/mountinfo', '/sys/fs/cgroup/memory.max'], true],
  ['does both', ['/etc/mtab', '/proc/10/mountinfo', '/proc/cgroups'], false],
])('a program that can list file systems and %s', (_, read, wanted) => {
  const noted = read.map((path) => ({ path, uses: ['read' as const], sightings: [] }))
  const learned = { ...NOTHING_LEARNED, noted }
  const able = reach({ imports: ['getmntent_r', 'fstatfs64'] })
  expect(taken('PrivateDevices', daemon(990, { reach: able, learned }))).toBe(wanted)
})

test('a teller of file systems is shown no other homes, though callers may only read there', () => {
  const socket = { path: '/run/x/s', kind: 'socket' as const, uid: 0, gid: 0, mode: 0o777, by: [0] }
  const facts = daemon(0, {
    writable: [{ ...socket, from: ['listening'] }],
    given: { ...ASKED, connected: ['/run/x/s'] },
    reach: reach({ monitors: [{ path: '/usr/bin/teller', mounts: true }] }),
  })
  expect(proposal('ProtectHome', facts).value).toBe('read-only')
  expect(taken('ProtectHome', facts)).toBe(false)
})

describe('an interpreter may do anything that its account can', () => {
  const script = reach({ interpreters: ['/usr/bin/python3.13'] })
  test.each(['CapabilityBoundingSet', 'ProtectSystem', 'ProtectProc', 'IPAddressDeny'])(
    'as root: %s',
    (key) => {
      expect(taken(key, daemon(0, { reach: script }))).toBe(false)
      // Its use was played, so that what it needs was seen.
      expect(taken(key, daemon(0, { reach: script, given: { ...ASKED, exercised: true } }))).toBe(true)
    },
  )

  test('that it could change user is no sign that its script does, once the use was played', () => {
    const able = reach({ interpreters: ['/usr/sbin/srv'], imports: ['setuid'] })
    const used = { ...ASKED, exercised: true }
    expect(lines('CapabilityBoundingSet', daemon(0, { reach: able })).join()).toContain('CAP_SETUID')
    const played = daemon(0, { reach: able, given: used })
    expect(lines('CapabilityBoundingSet', played).join()).not.toContain('CAP_SETUID')
    expect(missed('User', played)).toBeUndefined()
    const compiled = daemon(0, { reach: reach({ imports: ['setuid'] }), given: used })
    expect(lines('CapabilityBoundingSet', compiled).join()).toContain('CAP_SETUID')
  })

  test('without rights it writes, sees and switches no more than its account may', () => {
    const facts = daemon(990, { reach: script })
    for (const key of [
      'CapabilityBoundingSet',
      'ProtectSystem',
      'PrivateDevices',
      'ProtectClock',
      'RestrictRealtime',
    ])
      expect(taken(key, facts), key).toBe(true)
  })

  test.each([
    ...['NoNewPrivileges', 'NoExecPaths', 'PrivateTmp', 'ProtectProc', 'ProcSubset', 'RestrictNamespaces'],
    ...['LockPersonality', 'RestrictSUIDSGID', 'MemoryDenyWriteExecute'],
  ])('without rights it may miss %s, until its use was played', (key) => {
    expect(taken(key, daemon(990, { reach: script }))).toBe(false)
    expect(taken(key, daemon(990, { reach: script, given: { ...ASKED, exercised: true } }))).toBe(true)
  })

  test('programs with capabilities of their own keep them, and sandboxes their mounts', () => {
    const ping = { path: '/usr/bin/ping', capabilities: ['cap_net_raw'] }
    const facts = daemon(990, { reach: { ...script, capable: [ping] } })
    expect(lines('CapabilityBoundingSet', facts).at(-1)).toBe('CapabilityBoundingSet=CAP_NET_RAW')
    expect(lines('SystemCallFilter', facts).join()).toContain('@mount')
    expect(proposal('SystemCallFilter', facts).squeezes ?? []).toEqual([])
    const played = { ...facts, given: { ...ASKED, exercised: true } }
    expect(lines('CapabilityBoundingSet', played).at(-1)).toBe('CapabilityBoundingSet=')
    expect(lines('SystemCallFilter', played).join()).not.toContain('@mount')
  })

  test('it may send mail, where the machine takes any', () => {
    const mails = (more: object) =>
      daemon(990, { reach: { ...script, mailer: '/usr/libexec/mailer', ...more } })
    expect(missed('ProtectSystem', mails({ mailerIsRoot: true }))).toMatch(
      /send mail by \/usr\/libexec\/mailer/,
    )
    // One of a group has its queue below /var/spool, and its right by setgid(2).
    expect(lines('ProtectSystem', mails({})).at(-1)).toContain('-/var/spool')
    expect(lines('SystemCallFilter', mails({})).join()).toContain('@setuid')
    expect(taken('ProtectSystem', mails({}))).toBe(true)
    expect(taken('PrivateUsers', mails({}))).toBe(false)
  })

  test('it keeps the sockets by which it would ask others', () => {
    const facts = daemon(990, { reach: script })
    expect(proposal('RestrictAddressFamilies', facts).value).toBe('AF_INET AF_INET6 AF_NETLINK AF_UNIX')
    expect(proposal('RestrictAddressFamilies', facts).squeezes ?? []).toEqual([])
  })
})

test('where nothing answers, what its rights allow is not taken', () => {
  const given = { ...ASKED, asked: false }
  for (const key of ['CapabilityBoundingSet', 'NoExecPaths', 'IPAddressDeny', 'User', 'ProtectSystem'])
    expect(taken(key, daemon(0, { given })), key).toBe(false)
  expect(taken('PrivateTmp', daemon(0, { given }))).toBe(true)
  expect(taken('IPAddressDeny', daemon(0, { given: { ...given, exercised: true } }))).toBe(true)
})

describe('a oneshot', () => {
  const given = { ...ASKED, asked: false }
  const plain = daemon(0, { given })
  const properties = { ...plain.unit.properties, Type: ['oneshot'] }
  const facts = { ...plain, unit: { ...plain.unit, properties } }
  const exercised = { ...facts, given: { ...given, exercised: true } }

  test('may have other work at another time, in homes too', () => {
    for (const key of ['ProtectHome', 'ProtectSystem', 'CapabilityBoundingSet'])
      expect(taken(key, facts), key).toBe(false)
    expect(taken('ProtectHome', { ...plain, given: ASKED })).toBe(true)
    expect(taken('ProtectHome', exercised)).toBe(true)
  })

  test.each<[string, ReachFacts]>([
    ['a program that it did not start', names('program', '/usr/bin/tell')],
    ['a folder into which it did not write', names('folder', '/srv/other')],
    ['an account', names('account', 'alice')],
  ])('has other work than its exercise gave it where its configuration names %s', (_, known) => {
    for (const key of ['ProtectSystem', 'CapabilityBoundingSet', 'SystemCallFilter', 'NoExecPaths', 'UMask'])
      expect(taken(key, { ...exercised, reach: known }), key).toBe(false)
    expect(missed('ProtectSystem', { ...exercised, reach: known })).toContain('/etc/srv.conf names')
    // A service is asked again and again: what it was not seen to do is left open, and the rest is taken.
    const daemonLike = { ...plain, given: exercised.given, reach: known }
    expect(taken('UMask', daemonLike)).toBe(true)
  })

  test('has no other work where the exercise had it do all that its configuration names', () => {
    const learned = {
      ...NOTHING_LEARNED,
      executed: [{ path: '/usr/bin/tell', uses: ['execute' as const], sightings: [] }],
    }
    const known = names('program', '/usr/bin/tell')
    expect(taken('ProtectSystem', { ...exercised, learned, reach: known })).toBe(true)
  })
})

describe('a call alone is weak', () => {
  const facts = daemon(990, { reach: reach({ imports: ['execve', 'connect'] }) })
  test.each(['NoExecPaths', 'IPAddressDeny'])('%s', (key) => {
    expect(taken(key, facts)).toBe(true)
    expect(taken(key, { ...facts, given: { ...ASKED, level: 'careful' } })).toBe(false)
  })

  test('but not the change of user in a daemon that never gave up root', () => {
    const root = daemon(0, { reach: reach({ imports: ['setuid'] }) })
    expect(lines('CapabilityBoundingSet', root).join()).toContain('CAP_SETUID')
    expect(taken('User', root)).toBe(false)
  })
})

test('a setgid folder of its own, or deep in one, speaks against RestrictSUIDSGID', () => {
  const owning = (more: object) => daemon(990, { owned: [{ path: '/srv/git', why: 'It is its.', ...more }] })
  expect(taken('RestrictSUIDSGID', owning({ setgid: '/srv/git/site/objects' }))).toBe(false)
  expect(taken('RestrictSUIDSGID', owning({}))).toBe(true)
})

test('who may start a setuid program keeps the calls without which systemd takes its rights', () => {
  const starts = (more: object) =>
    lines('SystemCallFilter', daemon(990, { reach: names('program', '/usr/sbin/post', more) })).join()
  expect(starts({ privileged: true })).toMatch(/@setuid capset/)
  expect(starts({})).not.toContain('capset')
})

test('what a program of the service names in its text may run one day', () => {
  const helper = {
    path: '/usr/sbin/srv-clean',
    by: '/usr/lib/libsrv.so',
    privileged: false,
    groups: ['@resources'],
  }
  const facts = (more: object, run: LearnedFile[] = []) =>
    daemon(990, {
      reach: { ...reach({}), helpers: [{ ...helper, ...more }] },
      learned: { ...NOTHING_LEARNED, executed: run },
    })
  expect(lines('SystemCallFilter', facts({})).join()).not.toContain('~@privileged @resources')
  expect(taken('NoNewPrivileges', facts({}))).toBe(true)
  expect(taken('NoNewPrivileges', facts({ privileged: true }))).toBe(false)
  const seen: LearnedFile = { path: helper.path, uses: ['execute'], sightings: [] }
  expect(lines('SystemCallFilter', facts({}, [seen])).join()).toContain('~@privileged @resources')
})

test('a program that copies files with their modes may make a folder setgid', () => {
  const calls = (...imports: string[]) => daemon(990, { reach: reach({ imports }) })
  expect(taken('RestrictSUIDSGID', calls('lchown', 'chmod', 'utimensat'))).toBe(false)
  expect(taken('RestrictSUIDSGID', calls('chmod', 'utimensat'))).toBe(true)
})

describe('a program of root that copies files', () => {
  const copier = (more: Partial<ReachFacts> = {}, over: Partial<Facts> = {}) =>
    daemon(0, { reach: reach({ imports: ['fchownat', 'fchmod', 'utimensat'], ...more }), ...over })
  const data = names('folder', '/srv/data').named
  test.each<[string, Facts, boolean, boolean]>([
    ['is told by others where', copier(), true, false],
    ['is told of a folder by its configuration', copier({ named: data }), true, true],
    [
      'is told where it keeps its own state',
      copier({ named: data }, { owned: [{ path: '/srv/data', uid: 0, why: 'It is its own.' }] }),
      true,
      false,
    ],
    ['was played', copier({}, { given: { ...ASKED, exercised: true } }), false, true],
    ['counts by what was seen alone', copier({}, { given: { ...ASKED, level: 'tight' } }), false, true],
  ])('%s', (_, facts, copies, inside) => {
    const rights = lines('CapabilityBoundingSet', facts).join()
    for (const name of ['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_FOWNER', 'CAP_SETFCAP'])
      expect(rights.includes(name), name).toBe(copies)
    expect(taken('CapabilityBoundingSet', facts)).toBe(true)
    expect(lines('SystemCallFilter', facts).join().includes('@chown')).toBe(copies)
    for (const key of ['ProtectSystem', 'ProtectHome', 'PrivateTmp'])
      expect(taken(key, facts), key).toBe(inside)
  })
})

test('a script that it was told to start counts though a run of it was seen', () => {
  const handler = {
    kind: 'program',
    name: '/home/bob/handler',
    where: 'its command line',
    script: true,
  } as const
  const executed: LearnedFile[] = [{ path: handler.name, uses: ['execute'], sightings: [] }]
  const facts = (given: Partial<Given> = {}) =>
    daemon(990, {
      reach: reach({ named: [handler] }),
      learned: { ...NOTHING_LEARNED, executed },
      given: { ...ASKED, ...given },
    })
  for (const key of ['NoNewPrivileges', 'ProcSubset', 'NoExecPaths'])
    expect(taken(key, facts()), key).toBe(false)
  expect(taken('NoNewPrivileges', facts({ exercised: true }))).toBe(true)
  const mailed = facts()
  mailed.reach = reach({ named: [handler], mailer: '/usr/sbin/sendmail', mailerIsRoot: true })
  expect(taken('CapabilityBoundingSet', facts())).toBe(true)
  expect(taken('CapabilityBoundingSet', mailed)).toBe(false)
})

test('a setuid program that it names may write where its own account may not', () => {
  const named = names('program', '/usr/bin/deliver', { privileged: true })
  expect(taken('ProtectSystem', daemon(990, { reach: named }))).toBe(false)
  const mailer = { ...named, mailer: '/usr/bin/deliver' }
  expect(taken('ProtectSystem', daemon(990, { reach: mailer }))).toBe(true)
})

describe('a gateway', () => {
  const folder = names('programs', '/srv/www').named
  test.each<[string, Partial<ReachFacts>, boolean]>([
    ['with programs in its pages', { gateway: '/usr/sbin/srv', imports: ['execve'], named: folder }, false],
    ['that starts none', { gateway: '/usr/sbin/srv', named: folder }, true],
    ['without any there', { gateway: '/usr/sbin/srv', imports: ['execve'] }, true],
    ['is none without the variables', { imports: ['execve'], named: folder }, true],
  ])('%s', (_, more, wanted) => {
    for (const key of ['ProcSubset', 'LockPersonality'])
      expect(taken(key, daemon(990, { reach: reach(more) })), key).toBe(wanted)
  })
})

test('a home that it may look into for a file of its account stays readable', () => {
  const facts = (given: object) =>
    daemon(990, { reach: reach({ homes: '/usr/sbin/srv' }), given: { ...ASKED, ...given } })
  expect(proposal('ProtectHome', facts({})).value).toBe('read-only')
  expect(proposal('ProtectHome', facts({ exercised: true })).value).toBe('yes')
})

test('rules of sudo speak against NoNewPrivileges', () => {
  expect(taken('NoNewPrivileges', daemon(990, { reach: reach({ sudo: ['srv'] }) }))).toBe(false)
})

test.each([
  ['apache2', apacheLike],
  ['nginx', nginxLike],
  ['httpd', httpdLike],
])('%s is hardened as far as before', (_, build) => {
  const imports = ['connect', 'dlopen', 'execve', 'fork', 'setgid', 'setuid']
  const facts = { ...build(), given: ASKED, reach: { ...names('account', 'nobody'), imports, named: [] } }
  const bare = build()
  for (const key of ['CapabilityBoundingSet', 'User', 'ProtectSystem', 'NoExecPaths', 'SystemCallFilter'])
    expect(row(key, facts), key).toEqual(row(key, bare))
  expect(possible(facts).every(({ from }) => from === 'import')).toBe(true)
})

describe('programs that read the table of mounts and ask each for its size', () => {
  const sizes = reach({ imports: ['setmntent', 'statvfs'] })
  const having = (path: string) => ({
    ...NOTHING_LEARNED,
    noted: [{ path, uses: ['read' as const], sightings: [] }],
  })

  test('tell of the file systems, and nobody compared that', () => {
    const facts = daemon(990, { reach: sizes, learned: having('/proc/self/mounts') })
    expect(taken('PrivateTmp', facts)).toBe(false)
    expect(missed('PrivateTmp', facts)).toContain('setmntent, statvfs and read /proc/self/mounts')
    // It makes no mount namespace.
    expect(taken('LockPersonality', facts)).toBe(true)
  })

  test('do not where they were followed and did not read it', () => {
    const facts = daemon(990, { reach: sizes, learned: having('/etc/passwd') })
    expect(taken('PrivateTmp', facts)).toBe(true)
  })
})

test('when a process began is counted from the boot, which ProcSubset=pid hides', () => {
  const timed = daemon(990, { reach: reach({ timed: '/usr/bin/srv' }) })
  expect(taken('ProcSubset', daemon(990))).toBe(true)
  expect(missed('ProcSubset', timed)).toContain('/usr/bin/srv tells as a metric when its process began')
  expect(taken('ProtectProc', timed)).toBe(true)
  expect(taken('ProcSubset', { ...timed, given: { ...ASKED, exercised: true, compared: true } })).toBe(true)
})

describe('what its requests may name', () => {
  const speaks = (what: 'programs' | 'files', over: Partial<Given> = {}) => ({
    given: { ...ASKED, requests: { programs: [], files: [], [what]: ['SOME'] }, ...over },
  })
  const mailer = { reach: reach({ mailer: '/usr/sbin/post', mailerIsRoot: true }) }

  test.each<[string, string, Partial<Facts>, boolean]>([
    ['nothing', 'PrivateTmp', {}, true],
    ['a file, which may be in /tmp', 'PrivateTmp', speaks('files'), false],
    ['a file, while its use was played', 'PrivateTmp', speaks('files', { exercised: true }), true],
    ['a program, but this machine sends no mail', 'ProtectSystem', speaks('programs'), true],
    ['a program, which may mail', 'ProtectSystem', { ...mailer, ...speaks('programs') }, false],
    [
      'nothing, but a plug-in that mails',
      'ProtectSystem',
      { reach: reach({ mailer: '/usr/sbin/post', mailerIsRoot: true, mails: '/usr/lib/x.so' }) },
      false,
    ],
    ['a plug-in that would mail', 'ProtectSystem', { reach: reach({ mails: '/usr/lib/x.so' }) }, true],
    ['a program, which may gain rights', 'NoNewPrivileges', speaks('programs'), false],
  ])('%s: %s', (_, key, over, wanted) => expect(taken(key, daemon(990, over))).toBe(wanted))
})

describe('a filter of system calls, which before systemd 255 takes setuid programs their rights', () => {
  const mails = { reach: names('program', '/usr/sbin/post', { privileged: true }) }
  test.each<[string, Partial<Facts>, boolean, boolean?]>([
    ['on 257', { systemd: 257, ...mails }, true],
    ['on 252', { systemd: 252, ...mails }, false],
    ['on 252, of a service that starts no such program', { systemd: 252 }, true],
    [
      'on 252, where it has none already',
      { systemd: 252, ...mails, processes: [process(10, 990, { noNewPrivileges: true })] },
      true,
    ],
    [
      'on 252, of a script',
      { systemd: 252, reach: reach({ interpreters: ['/usr/bin/python3'] }) },
      true,
      false,
    ],
  ])('%s', (_, over, wanted, ofPersonality = wanted) => {
    expect(taken('LockPersonality', daemon(990, over))).toBe(ofPersonality)
    expect(taken('PrivateDevices', daemon(990, over))).toBe(wanted)
  })
})

test.each<[Sharer, RegExp]>([
  [{ kind: 'process', uid: 990, pid: 7, name: 'other' }, /other \(pid 7\) outside of the service runs as/],
  [{ kind: 'unit', uid: 990, name: 'other.service' }, /other\.service runs as/],
  [{ kind: 'memory', uid: 990, path: '/dev/shm/of-all' }, /\/dev\/shm\/of-all belongs to/],
])('the memory of an account that others use is left to them: %o', (sharer, why) => {
  expect(taken('RemoveIPC', daemon(990))).toBe(true)
  expect(row('RemoveIPC', daemon(990, { sharers: [sharer] }))).toMatchObject({ kind: 'unfit', why })
})

test('a service that serves whoever logs in may write what people may', () => {
  const facts = daemon(0, {
    pamServices: ['srv'],
    processes: [process(10, 0, { isMain: true, executable: '/usr/sbin/srv' })],
    ofPeople: [{ path: '/var/mail', why: 'It has a place for each account.' }],
  })
  expect(lines('ProtectSystem', facts).find((line) => line.startsWith('ReadWritePaths=-'))).toContain(
    '-/home -/var/mail',
  )
  expect(lines('ProtectSystem', { ...facts, pamServices: [] }).join()).not.toContain('/var/mail')
})
