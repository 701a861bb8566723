import { describe, expect, test } from 'vitest'
import { unitPath } from '../../../../src/catalog/common/places.ts'
import { umaskExamples } from '../../../../src/catalog/index.ts'
import type { Facts, WritableFact } from '../../../../src/observe/facts.ts'
import { file, rotated, wrote } from '../build-facts.ts'
import { lines, proposal, row, told } from '../rows.ts'
import { apacheLike, cronLike, javaLike, nginxLike, postgresLike, redisLike } from '../services.ts'

describe('ProtectSystem', () => {
  test('what is the service’s own stays writable, though nothing was written there', () => {
    const facts = redisLike()
    facts.unit.properties.ProtectSystem = ['no']
    facts.owned = [
      { path: '/var/spool/own', why: '/var/spool/own belongs to uid 110, its account.' },
      { path: '/var/log', why: 'a folder of everybody' },
    ]
    expect(lines('ProtectSystem', facts).join()).toContain('-/var/spool/own')
    expect(lines('ProtectSystem', facts).join(' ')).not.toMatch(/-\/var\/log(\s|$)/)
    expect(told(proposal('ProtectSystem', facts))).toContain(
      '/var/spool/own belongs to uid 110, its account.',
    )
  })

  test.each([
    ['no', false],
    ['false', false],
    ['yes', true],
  ])('PrivateTmp=%s in a unit file: recommended %s', (value, recommended) => {
    const facts = redisLike()
    facts.unit.properties.PrivateTmp = ['no']
    facts.unit.written = { PrivateTmp: { value, place: '/etc/systemd/system/x.service:6' } }
    const { recommended: is, caution } = proposal('PrivateTmp', facts)
    expect(is).toBe(recommended)
    if (!recommended) expect(caution).toContain('/etc/systemd/system/x.service:6 says PrivateTmp=')
  })

  test('strict with what is written; what RuntimeDirectory= makes is left out', () => {
    const facts = apacheLike()
    facts.unit.properties.RuntimeDirectory = ['apache2 lock/apache2']
    expect(lines('ProtectSystem', facts)).toEqual([
      'ProtectSystem=strict',
      'ReadWritePaths=',
      'ReadWritePaths=-/var/log/apache2',
    ])
    expect(proposal('ProtectSystem', facts).ladder?.rungs.map(({ value }) => value)).toEqual([
      'strict',
      'full',
      'yes',
    ])
  })

  test('a pid file in /run is listed alone only when it is made beforehand', () => {
    const facts = nginxLike()
    expect(lines('ProtectSystem', facts).at(-1)).toBe('ReadWritePaths=-/run -/var/log/nginx')
    facts.unit.execSource.ExecStartPre = ['+/usr/bin/install -m 0644 /dev/null /run/nginx.pid']
    expect(lines('ProtectSystem', facts).at(-1)).toBe('ReadWritePaths=-/run/nginx.pid -/var/log/nginx')
  })

  test.each<[string, Record<string, string[]>, boolean]>([
    ['nothing', {}, true],
    ['/usr and /boot', { ProtectSystem: ['yes'] }, true],
    ['/etc too', { ProtectSystem: ['full'] }, false],
    ['a folder of its own', { ReadOnlyPaths: ['-/etc/srv'] }, false],
    ['all but what it lists', { ReadOnlyPaths: ['/'], ReadWritePaths: ['/etc/srv'] }, false],
    ['another folder', { InaccessiblePaths: ['/etc/other'] }, true],
  ])('a unit that keeps %s from writing gets no more to write', (_, properties, isAdded) => {
    const facts = apacheLike()
    facts.owned = [{ path: '/etc/srv', why: '/etc/srv belongs to www-data.' }]
    Object.assign(facts.unit.properties, properties)
    expect(lines('ProtectSystem', facts).join(' ').includes('/etc/srv')).toBe(isAdded)
  })

  test('a path no unit can hold is said', () => {
    const facts = { ...apacheLike(), writable: [wrote('/srv/a\nb/c', 0, 0o640)] }
    expect(proposal('ProtectSystem', facts)).toMatchObject({
      recommended: false,
      caution: expect.stringContaining('can'),
    })
  })
})

test.each([
  ['/var/log/apache2', '/var/log/apache2'],
  ['/srv/my files', '/srv/my\\ files'],
  ['/srv/50%"q"', '/srv/50%%\\"q\\"'],
  ['/srv/back\\slash', '/srv/back\\\\slash'],
  ['/srv/new\nline', undefined],
  ['relative', undefined],
])('unitPath(%j)', (path, wanted) => expect(unitPath(path)).toBe(wanted))

function socket(mode: number, mask: string) {
  const facts = { ...apacheLike(), writable: [wrote('/run/x/s', 33, mode, ['listening'], 'socket')] }
  facts.unit.properties.UMask = [mask]
  return facts
}

describe('UMask', () => {
  test.each([
    ['group-readable logs', apacheLike(), '0027'],
    ['nothing for anyone else', { ...apacheLike(), writable: [wrote('/var/lib/x/a', 33, 0o600)] }, '0077'],
    ['a socket whose group bits the mask leaves', socket(0o775, '0002'), '0007'],
    ['a socket that the service opens up itself', socket(0o777, '0022'), '0027'],
    ['private data beside such a socket', postgresLike(), '0077'],
  ])('%s', (_, facts, wanted) => expect(proposal('UMask', facts).value).toBe(wanted))

  test('a socket that the mask leaves to everyone speaks against it', () => {
    expect(row('UMask', socket(0o777, '0000')).kind).toBe('unfit')
  })

  test('examples', () => {
    expect(umaskExamples('0027')).toBe('UMask=0027: new files 0640, new directories 0750')
    expect(umaskExamples('0077')).toBe('UMask=0077: new files 0600, new directories 0700')
  })
})

function rungs(key: string, facts: Facts): string[] | undefined {
  return proposal(key, facts).ladder?.rungs.map(({ value }) => value)
}

function under(key: string, value: string): Facts {
  const facts = apacheLike()
  facts.unit.properties[key] = [value]
  return facts
}

test.each<[string, string, Facts, string[] | undefined]>([
  ['ProtectSystem', 'never as loose as now', under('ProtectSystem', 'yes'), ['strict', 'full']],
  ['ProtectSystem', 'nothing below full', under('ProtectSystem', 'full'), ['strict']],
  ['ProtectHome', 'all of it', apacheLike(), ['yes', 'tmpfs', 'read-only']],
  ['ProtectHome', 'tighter than now only', under('ProtectHome', 'read-only'), ['yes', 'tmpfs']],
  ['ProtectHome', 'no more than one', under('ProtectHome', 'tmpfs'), undefined],
  ['ProtectHome', 'what is read at a request', holding('/home/me/site.html'), undefined],
  ['ProtectProc', 'hidden from the group root too', apacheLike(), ['ptraceable', 'invisible', 'noaccess']],
  ['ProtectProc', 'not as it is', under('ProtectProc', 'noaccess'), ['ptraceable', 'invisible']],
  ['UMask', 'the group keeps what it reads', apacheLike(), undefined],
  [
    'UMask',
    'no group reads it',
    { ...apacheLike(), writable: [wrote('/var/lib/x/a', 33, 0o600)] },
    ['0077', '0027'],
  ],
  ['UMask', 'nothing written was seen', { ...apacheLike(), writable: [] }, ['0077', '0027']],
  [
    'UMask',
    'nothing written was seen in a folder of its own, which a group may read',
    { ...apacheLike(), writable: [], owned: [{ path: '/var/lib/x', why: 'It is its own.' }] },
    undefined,
  ],
])('the ladder of %s: %s', (key, _, facts, wanted) => expect(rungs(key, facts)).toEqual(wanted))

describe('ReadWritePaths', () => {
  const pid = wrote('/run/x.pid', 0, 0o644, ['pid-file'])
  test.each<[string, WritableFact[], string, string[]]>([
    ['a pid file that nobody asks for', [pid], '', ['/run']],
    ['the one that systemd waits for', [pid], '/var/run/x.pid', []],
    ['a socket beside it', [pid, wrote('/run/x.sock', 0, 0o666, ['listening'], 'socket')], '', []],
    ['a log that is only turned over', [wrote('/var/log/x/a', 0, 0o640, ['logrotate'])], '', []],
    ['one that is held open', [wrote('/run/x.pid', 0, 0o644, ['pid-file', 'open'])], '', []],
  ])('%s', (_, writable, named, wanted) => {
    const facts = { ...apacheLike(), writable, logrotate: [] }
    facts.unit.properties.PIDFile = [named]
    const { squeezes = [] } = proposal('ProtectSystem', facts)
    expect(squeezes.map(({ label }) => label)).toEqual(wanted)
  })

  test.each(['kill -USR1 $(cat /run/x.pid)', '[ ! -f /var/run/x.pid ] || kill -HUP `cat /var/run/x.pid`'])(
    'keeps a pid file that a rotation reads: %s',
    (line) => {
      const logrotate = [rotated(['/etc/elsewhere'], 'root', { postrotate: [line] })]
      const facts = { ...apacheLike(), writable: [pid], logrotate }
      expect(proposal('ProtectSystem', facts).squeezes ?? []).toEqual([])
    },
  )
})

describe('NoExecPaths', () => {
  test('binaries exactly, also what only an Exec line runs, by real path', () => {
    expect(lines('NoExecPaths', nginxLike())).toEqual([
      'NoExecPaths=',
      'NoExecPaths=/',
      'ExecPaths=',
      'ExecPaths=-/usr/lib -/usr/lib32 -/usr/lib64 -/usr/sbin/nginx -/usr/sbin/start-stop-daemon',
    ])
  })
  test("a script needs the system's programs", () => {
    expect(lines('NoExecPaths', apacheLike()).at(-1)).toBe('ExecPaths=-/usr')
  })
  test('a plug-in that starts programs needs them too, unless an exercise showed which', () => {
    const found = { named: [], imports: [], interpreters: [], monitors: [], sudo: [] }
    const facts = (exercised: boolean): Facts => ({
      ...nginxLike(),
      reach: { ...found, starts: '/usr/lib/srv/shell.so' },
      given: { level: 'standard', asked: true, exercised },
    })
    expect(lines('NoExecPaths', facts(false)).at(-1)).toBe('ExecPaths=-/usr')
    expect(told(proposal('NoExecPaths', facts(false))).join()).toContain('shell.so can start programs')
    expect(lines('NoExecPaths', facts(true)).at(-1)).not.toBe('ExecPaths=-/usr')
  })
})

function holding(path: string, writable = false, kind: 'file' | 'device' = 'file') {
  const facts = apacheLike()
  facts.processes[1]?.openFiles.push(file(path, writable, kind))
  return facts
}

function sharing(mode: number): Facts {
  const facts = apacheLike()
  const sharedMemory = [{ key: '0x4e545032', uid: 0, mode }]
  return { ...facts, processes: facts.processes.map((one) => ({ ...one, sharedMemory })) }
}

test.each([
  ['ProtectHome', holding('/home/me/site.db', true), 'unfit'],
  ['ProtectHome', apacheLike(), 'yes'],
  ['ProtectHome', holding('/home/me/site.html'), 'read-only'],
  ['PrivateDevices', holding('/dev/sda', true, 'device'), 'unfit'],
  ['PrivateDevices', holding('/dev/null', true, 'device'), 'yes'],
  ['ProtectKernelTunables', holding('/proc/sys/kernel/x', true), 'unfit'],
  ['ProtectControlGroups', holding('/sys/fs/cgroup/x', true), 'unfit'],
  ['ProtectKernelLogs', holding('/dev/kmsg'), 'unfit'],
  ['ProtectProc', holding('/proc/999/maps'), 'unfit'],
  ['ProtectProc', holding('/proc/11/maps'), 'invisible'],
  ['PrivateTmp', apacheLike(), 'in-force'],
  ['PrivateTmp', cronLike(), 'yes'],
  ['PrivateIPC', apacheLike(), 'yes'],
  ['PrivateIPC', sharing(0o666), 'unfit'],
  ['PrivateIPC', sharing(0o600), 'yes'],
])('%s %#', (key, facts, wanted) => {
  const result = row(key, facts)
  expect(result.kind === 'propose' ? result.value : result.kind).toBe(wanted)
})

test('a runtime that sizes itself by /proc is not cut off from it unasked', () => {
  expect(proposal('ProcSubset', javaLike()).recommended).toBe(false)
  expect(proposal('ProcSubset', apacheLike()).recommended).toBe(true)
})
