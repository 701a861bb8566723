import { expect, test } from 'vitest'
import type { Facts } from '../../../../src/observe/facts.ts'
import type { NamedThing } from '../../../../src/observe/reach-facts.ts'
import type { LearnedFile } from '../../../../src/observe/trace/learned.ts'
import { binary, NOTHING_LEARNED, process } from '../build-facts.ts'
import { lines, proposal } from '../rows.ts'
import { ASKED, daemon, missed, names, reach, taken } from './daemon.ts'

test('who gives files to its groups keeps the call for it, and the accounts of files', () => {
  const copier = daemon(990, { sockets: [], reach: reach({ imports: ['lchown', 'chmod', 'utimensat'] }) })
  expect(lines('SystemCallFilter', copier).join()).toContain('@chown')
  expect(lines('SystemCallFilter', daemon(990)).join()).not.toContain('@chown')
  expect(taken('PrivateUsers', copier)).toBe(false)
  expect(missed('PrivateUsers', copier)).toMatch(/lchown/)
})

test.each([
  [['getpwuid', 'getgrgid_r', 'readdir64', 'readlink'], true],
  [['getpwuid', 'getgrgid_r', 'readdir64'], false],
])('who lists files with their owners (%j) may miss those: %s', (imports, misses) => {
  const why = missed('PrivateUsers', daemon(990, { sockets: [], reach: reach({ imports }) }))
  expect(/tell of files and their owners/.test(why ?? '')).toBe(misses)
})

test.each([
  [['shmat'], [], false],
  [['mq_open'], [], false],
  [['shmat'], ['shmat'], true],
  [['shmget'], [], true],
])('who may take memory that others made (%j, at its start %j): PrivateIPC= %s', (imports, names, wanted) => {
  const calls = names.map((name) => ({ name, sightings: [] }))
  const learned = { ...NOTHING_LEARNED, calls }
  expect(taken('PrivateIPC', daemon(990, { reach: reach({ imports }), learned }))).toBe(wanted)
})

test('a file about the machine that it names and nobody saw it read is left to it', () => {
  const named = reach({ kernel: { path: '/proc/loadavg', by: '/usr/sbin/srv' } })
  expect(missed('ProcSubset', daemon(990, { reach: named }))).toMatch(/names \/proc\/loadavg/)
  const read: LearnedFile = { path: '/proc/loadavg', uses: ['read'], sightings: [] }
  const seen = { ...NOTHING_LEARNED, noted: [read] }
  expect(missed('ProcSubset', daemon(990, { reach: named, learned: seen }))).toBeUndefined()
})

test.each([
  [['connect', 'getaddrinfo'], true],
  [['sendto', 'inet_pton'], true],
  [['sendto', 'getaddrinfo'], false],
  [['sendto'], false],
])('who sends to an address that it was told (%j) is a client of other machines: %s', (imports, is) => {
  expect(
    /as clients of/.test(missed('IPAddressDeny', daemon(990, { reach: reach({ imports }) })) ?? ''),
  ).toBe(is)
})

test.each([
  [0, '/opt/srv/srv', true],
  [990, '/opt/srv/srv', false],
  [0, '/usr/sbin/srv', false],
])('a program of uid %s in %s that orders the kernel may do so again: %s', (uid, path, may) => {
  const facts = daemon(uid, { executables: [binary(path)], reach: reach({ imports: ['klogctl'] }) })
  expect(/is of no package and calls klogctl/.test(missed('ProtectKernelLogs', facts) ?? '')).toBe(may)
})

test('a program of a folder that root names and that nobody saw run may write elsewhere', () => {
  const folder = { path: '/usr/lib/srv', by: '/usr/sbin/srv', programs: ['/usr/lib/srv/a', '/usr/lib/srv/b'] }
  const able = reach({ imports: ['posix_spawn'], programFolders: [folder] })
  expect(missed('ProtectSystem', daemon(0, { reach: able }))).toMatch(/names \/usr\/lib\/srv, with/)
  expect(taken('ProtectSystem', daemon(990, { reach: able }))).toBe(true)
  const executed = folder.programs.map((path): LearnedFile => ({ path, uses: ['execute'], sightings: [] }))
  const seen = { ...NOTHING_LEARNED, executed }
  expect(taken('ProtectSystem', daemon(0, { reach: able, learned: seen }))).toBe(true)
})

test.each([
  ['/opt/srv/srv', ['popen'], true],
  ['/usr/local/bin/srv', ['system'], true],
  ['/opt/srv/srv', ['execve'], false],
  ['/usr/sbin/srv', ['popen'], false],
])('%s, which calls %j, may start anything: %s', (path, imports, may) => {
  const facts = daemon(990, { executables: [binary(path)], reach: reach({ imports }) })
  expect(/is of no package/.test(missed('NoNewPrivileges', facts) ?? '')).toBe(may)
})

test('who may list interfaces keeps the sockets for it, until its use was played', () => {
  const facts = daemon(990, { reach: reach({ imports: ['getifaddrs'] }) })
  const families = (one: Facts) => proposal('RestrictAddressFamilies', one).value
  expect(families(facts)).toContain('AF_NETLINK')
  expect(families({ ...facts, given: { ...ASKED, exercised: true } })).not.toContain('AF_NETLINK')
  expect(families(daemon(990))).not.toContain('AF_NETLINK')
})

test('a gateway whose configuration names an interpreter starts scripts by it', () => {
  const known = (more: Partial<NamedThing>) => ({
    ...names('program', '/usr/bin/perl', more),
    imports: ['execve'],
    gateway: '/usr/sbin/srv',
  })
  expect(missed('ProcSubset', daemon(990, { reach: known({ interpreter: true }) }))).toMatch(/by CGI/)
  expect(missed('ProcSubset', daemon(990, { reach: known({}) }))).toBeUndefined()
})

test('homes stay readable to a plug-in that looks up accounts', () => {
  const able = reach({ accountsBy: '/usr/lib/srv/user.so' })
  expect(proposal('ProtectHome', daemon(990, { reach: able })).value).toBe('read-only')
  expect(proposal('ProtectHome', daemon(990)).value).toBe('yes')
})

test('scripts inside of a server may start programs as its workers, and switch nothing as its master', () => {
  const embedded = reach({ embedded: '/usr/lib/libscript.so', imports: ['fork'] })
  const workers = [process(10, 0, { isMain: true }), process(11, 33)]
  const facts = daemon(0, { reach: embedded, processes: workers })
  for (const key of ['NoExecPaths', 'ProcSubset', 'MemoryDenyWriteExecute', 'RestrictNamespaces'])
    expect(missed(key, facts), key).toMatch(/libscript\.so runs scripts inside of the service/)
  expect(taken('ProtectClock', facts)).toBe(true)
  expect(taken('ProcSubset', { ...facts, given: { ...ASKED, exercised: true } })).toBe(true)
})

test.each<[string, string, string[], boolean]>([
  ['ExecStopPost', '/opt/srv/after', [], true],
  ['ExecStopPost', '/opt/srv/after', ['privileged'], false],
  ['ExecStart', '/opt/srv/after', [], false],
  ['ExecStartPre', '/opt/srv/after', [], false],
  ['ExecReload', '/usr/lib/srv/reload', [], false],
])('a script in %s= (%s, %j) may do anything: %s', (key, path, flags, may) => {
  const facts = daemon(990, { reach: reach({ scripts: ['/opt/srv/after'] }) })
  const unit = { ...facts.unit, exec: { ...facts.unit.exec, [key]: [{ path, argv: [path], flags }] } }
  const why = missed('NoNewPrivileges', { ...facts, unit })
  expect(/a script of no package/.test(why ?? '')).toBe(may)
})

test('an interpreter that a configuration names runs what stands behind it, though it was seen to run', () => {
  const named = names('program', '/usr/bin/dash', { interpreter: true, command: true })
  const executed: LearnedFile[] = [{ path: '/usr/bin/dash', uses: ['execute'], sightings: [] }]
  const facts = daemon(990, { reach: named, learned: { ...NOTHING_LEARNED, executed } })
  expect(missed('NoNewPrivileges', facts)).toMatch(/names \/usr\/bin\/dash to run/)
})

test.each([
  ['root that becomes its users', 0, ['setuid', 'execve'], true],
  ['root that becomes nobody', 0, ['execve'], false],
  ['an account', 990, ['setuid', 'execve'], false],
  ['an account whose own program is setuid', 990, ['setuid', 'execve'], true],
])('%s starts what a file of a user says (%s, %j): %s', (who, uid, imports, may) => {
  const named = { ...names('home-file', '~/.forward'), imports }
  const setuid = who.endsWith('setuid')
  const main = process(10, uid, { isMain: true })
  const executables = [{ ...binary(main.executable), setuid }]
  const why = missed('ProtectSystem', daemon(uid, { reach: named, processes: [main], executables }))
  expect(/names ~\/\.forward: a user may name a program there/.test(why ?? '')).toBe(may)
})

test.each([
  [0, false, true],
  [0, true, false],
  [990, false, false],
])(
  'who marks files as only root may (uid %s, exercised: %s) keeps CAP_SYS_ADMIN: %s',
  (uid, exercised, keeps) => {
    const marks = reach({ attributes: '/usr/sbin/srv' })
    const facts = daemon(uid, { reach: marks, given: { ...ASKED, exercised } })
    expect(lines('CapabilityBoundingSet', facts).join().includes('CAP_SYS_ADMIN')).toBe(keeps)
  },
)

test.each([
  [{ command: true, starts: true }, ['NoNewPrivileges', 'IPAddressDeny']],
  [{ command: true, connects: true }, ['IPAddressDeny']],
  [{ command: true }, []],
] as const)(
  'a program that a key for commands is set to, of which is known %j: %j are left',
  (what, left) => {
    const facts = daemon(990, { reach: names('program', '/usr/bin/copy', what) })
    const keys = ['NoNewPrivileges', 'IPAddressDeny']
    expect(keys.filter((key) => /\/usr\/bin\/copy/.test(missed(key, facts) ?? ''))).toEqual(left)
  },
)
