import { describe, expect, it } from 'vitest'
import { service } from '../../../../src/catalog/common/proposal.ts'
import { remedyId } from '../../../../src/catalog/common/remedy.ts'
import type { Assignment } from '../../../../src/catalog/common/types.ts'
import type { SeccompRecord } from '../../../../src/systemd/log/audit.ts'
import { parseJournal } from '../../../../src/systemd/log/journal.ts'
import { diagnose } from '../../../../src/trial/diagnosis/diagnosis.ts'
import type { FailureEvidence } from '../../../../src/trial/diagnosis/failure-evidence.ts'
import { GROUPS } from '../../catalog/build-facts.ts'
import { ended } from './ended.ts'

function evidence(change: Partial<FailureEvidence> & { said?: string[] }): FailureEvidence {
  const { said = [], ...rest } = change
  const journal = parseJournal(
    said.map((MESSAGE) => JSON.stringify({ MESSAGE, SYSLOG_IDENTIFIER: 'srv' })).join('\n'),
  )
  const reasons = [{ kind: 'start' as const, text: 'the start failed (exit-code)' }]
  return {
    reasons,
    last: undefined,
    journal,
    records: [],
    assignments: [],
    capabilities: [],
    groups: GROUPS,
    ...rest,
  }
}

const killed = (name: string, comm: string): SeccompRecord => ({
  time: 1,
  id: 1,
  pid: 2,
  uid: 0,
  comm,
  exe: `/usr/bin/${comm}`,
  signal: 31,
  arch: 'c000003e',
  syscall: 1,
  name,
  kill: true,
})

const suspects = (change: Parameters<typeof evidence>[0]) => diagnose(evidence(change)).remedies.map(remedyId)

describe('what PID 1 says of a program that it could not execute', () => {
  const failed = (fields: Record<string, string>) =>
    parseJournal(JSON.stringify({ MESSAGE_ID: '641257651c1b4ec9a8624d7a40a9e1e7', ...fields }))
  const sandbox = [service('NoExecPaths', '/')]
  it.each([
    ['names it', { EXECUTABLE: '/opt/tool', ERRNO: '13' }, sandbox, ['exec-path /opt/tool']],
    ['is not ours where it is missing', { EXECUTABLE: '/opt/tool', ERRNO: '2' }, sandbox, []],
    ['is not ours without NoExecPaths', { EXECUTABLE: '/opt/tool', ERRNO: '13' }, [], []],
  ])('%s', (_, fields, assignments, remedies) => {
    expect(suspects({ journal: failed(fields), assignments })).toEqual(remedies)
  })
})

const BOUND = service('CapabilityBoundingSet', '')
const NOEXEC = service('NoExecPaths', '/')
const FAMILIES = service('RestrictAddressFamilies', 'AF_INET')
const FILTER = service('SystemCallFilter', '@system-service')

describe('what a service says when it breaks', () => {
  it.each<[string, Assignment[], string]>([
    [
      'nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)',
      [BOUND],
      'capability CAP_NET_BIND_SERVICE',
    ],
    [
      '(13)Permission denied: AH00072: make_sock: could not bind to address [::]:80',
      [BOUND],
      'capability CAP_NET_BIND_SERVICE',
    ],
    [
      'nginx: [emerg] chown("/var/lib/nginx/body", 33) failed (1: Operation not permitted)',
      [BOUND],
      'capability CAP_CHOWN',
    ],
    ['setgid(33) failed (1: Operation not permitted)', [BOUND], 'capability CAP_SETGID'],
    ['setuid: Operation not permitted', [BOUND], 'capability CAP_SETUID'],
    ['cat: /etc/ssl/private/key.pem: Permission denied', [BOUND], 'capability CAP_DAC_OVERRIDE'],
    [
      'setrlimit(RLIMIT_NOFILE, 65535) failed (1: Operation not permitted)',
      [BOUND],
      'capability CAP_SYS_RESOURCE',
    ],
    [
      'open() "/var/log/nginx/access.log" failed (30: Read-only file system)',
      [],
      'read-write-path /var/log/nginx/access.log',
    ],
    ["mkdir: cannot create directory '/var/lib/x': Read-only file system", [], 'read-write-path /var/lib/x'],
    ["OSError: [Errno 30] Read-only file system: '/srv/data'", [], 'read-write-path /srv/data'],
    [
      'AH00091: could not open error log file /var/log/a.log. (30)Read-only file system',
      [],
      'read-write-path /var/log/a.log',
    ],
    [
      'x.service: Failed to set up mount namespacing: /run/systemd/unit-root/srv/gone: No such file or directory',
      [service('ReadWritePaths', '/srv/gone /srv')],
      'optional-path /srv/gone',
    ],
    [
      'x.service: Failed to set up mount namespacing: /srv/gone: No such file or directory',
      [service('ReadWritePaths', '/srv/gone')],
      'optional-path /srv/gone',
    ],
    [
      "Unable to locate executable '/usr/sbin/start-stop-daemon': Permission denied",
      [NOEXEC],
      'exec-path /usr/sbin/start-stop-daemon',
    ],
    [
      'x.service: Failed at step EXEC spawning /usr/sbin/nginx: Permission denied',
      [NOEXEC],
      'exec-path /usr/sbin/nginx',
    ],
    [
      '/usr/sbin/apachectl: 174: /usr/sbin/apache2: Permission denied',
      [NOEXEC],
      'exec-path /usr/sbin/apache2',
    ],
    [
      'socket() failed (97: Address family not supported by protocol)',
      [FAMILIES],
      'address-family AF_NETLINK',
    ],
    [
      'nginx: [emerg] socket() 0.0.0.0:80 failed (97: Address family not supported by protocol)',
      [service('RestrictAddressFamilies', 'AF_UNIX')],
      'address-family AF_INET',
    ],
    ['Bad system call (core dumped)', [FILTER], 'step-down SystemCallFilter'],
    ['x.service: Main process exited, code=killed, status=31/SYS', [FILTER], 'step-down SystemCallFilter'],
    [
      'Check failed: 12 == (*__errno_location ()). mprotect',
      [service('MemoryDenyWriteExecute', 'yes')],
      'drop MemoryDenyWriteExecute',
    ],
    ["open('/proc/meminfo'): No such file or directory", [service('ProcSubset', 'pid')], 'drop ProcSubset'],
  ])('%s', (said, assignments, remedy) => {
    expect(suspects({ said: [said], assignments })).toContain(remedy)
    // The line alone proves nothing where the trial did not set what could have caused it.
    if (assignments.length > 0) expect(suspects({ said: [said] })).not.toContain(remedy)
  })

  it('says nothing about settings when it speaks of something else', () => {
    const said = ['worker process 42 exited with code 0', 'config file /etc/x.conf loaded', 'started']
    expect(suspects({ said, assignments: [BOUND, NOEXEC, FAMILIES, FILTER] })).toEqual([])
  })
})

describe('a diagnosis', () => {
  it('allows a killed call, and lets fail softly one that had no chance without its capability', () => {
    const records = [
      killed('sched_setaffinity', 'nginx'),
      killed('fchownat', 'chown'),
      killed('fchownat', 'sh'),
    ]
    const { remedies } = diagnose(evidence({ records, assignments: [FILTER] }))
    expect(remedies).toEqual([
      { kind: 'system-call', name: 'sched_setaffinity', by: 'nginx' },
      { kind: 'refuse-softly', name: 'fchownat', by: 'chown, sh' },
    ])
    const able = diagnose(evidence({ records, assignments: [FILTER], capabilities: ['cap_chown'] }))
    expect(able.remedies.map(({ kind }) => kind)).toEqual(['system-call', 'system-call'])
  })

  it('allows a call in the end that it did not help to let fail', () => {
    expect(suspects({ assignments: [service('SystemCallFilter', '~fchownat:EPERM')] })).toEqual([
      'system-call fchownat',
    ])
  })

  it('suspects a JIT compiler when the process crashed', () => {
    const assignments = [service('MemoryDenyWriteExecute', 'yes')]
    expect(suspects({ last: ended(3, 5), assignments })).toEqual(['drop MemoryDenyWriteExecute'])
    expect(suspects({ last: ended(1, 5), assignments })).toEqual([])
  })

  it('suspects by systemd’s exit code only what the trial set', () => {
    const assignments = [service('NoExecPaths', '/'), service('UMask', '0077')]
    expect(suspects({ last: ended(1, 226), assignments })).toEqual(['drop NoExecPaths'])
    expect(suspects({ last: ended(2, 226), assignments })).toEqual([])
  })

  it('leaves out what systemd did not take', () => {
    const ignored = { kind: 'settings' as const, text: 'in any words', keys: ['ProtectProc', 'UMask'] }
    expect(suspects({ reasons: [ignored] })).toEqual(['drop ProtectProc', 'drop UMask'])
  })

  it('names each suspect once, shows the telling lines without repeats, and how the process ended', () => {
    const line = 'open() "/srv/a" failed (30: Read-only file system)'
    const said = ['starting', line, line, ...Array.from({ length: 9 }, (_, n) => `error ${n}`)]
    const { remedies, journal, reason } = diagnose(evidence({ said, last: ended(1, 226) }))
    expect(remedies).toHaveLength(1)
    expect(journal).toEqual([3, 4, 5, 6, 7, 8].map((n) => `srv: error ${n}`))
    expect(reason).toMatch(/^the start failed \(exit-code\): exit code 226\/NAMESPACE/)
    // The cause is in the service's own words, before those that it gives up; what PID 1 counts is none.
    expect(reason).toMatch(/its log says: open\(\) "\/srv\/a" failed/)
  })

  it('lets one that dies again and again say why, whatever its words', () => {
    const reasons = [{ kind: 'restarting' as const, text: 'it died' }]
    const found = diagnose(evidence({ reasons, said: ['Only root wants to run srv.'], last: ended(0, 0) }))
    expect(found.reason).toBe('it died; its log says: Only root wants to run srv.')
  })

  it('has a reason also when nothing is known', () => {
    expect(diagnose(evidence({ reasons: [] }))).toEqual({
      reason: 'the service is not healthy',
      journal: [],
      remedies: [],
    })
  })
})
