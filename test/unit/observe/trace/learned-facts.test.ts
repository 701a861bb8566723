import { describe, expect, it } from 'vitest'
import type { Learned, LearnedCall, Sighting } from '../../../../src/observe/trace/learned.ts'
import {
  capabilitiesUsed,
  learnedFacts,
  mergeLearned,
  newFailures,
} from '../../../../src/observe/trace/learned-facts.ts'
import { beyondBase, withSiblings } from '../../../../src/observe/trace/syscall-cover.ts'
import { Trace } from '../../../../src/observe/trace/trace.ts'

const ON = { systemd: 252, kernel: '6.1', packages: { nginx: '1.22' } }
const LINES = `9 execve("/bin/x", [...], 0x7 /* 1 var */) = 0
9 openat(AT_FDCWD</>, "/var/lib/x/a", O_WRONLY|O_CREAT, 0666) = 3</var/lib/x/a>
9 openat(AT_FDCWD</>, "/proc/self/oom_score_adj", O_WRONLY) = 3</proc/9/oom_score_adj>
9 openat(AT_FDCWD</>, "/home/a/.netrc", O_RDONLY) = 3</home/a/.netrc>
9 openat(AT_FDCWD</>, "/etc/x.conf", O_RDONLY) = 3</etc/x.conf>
9 openat(AT_FDCWD</>, "/etc/none", O_RDONLY) = -1 ENOENT (No such file or directory)
9 socket(AF_UNIX, SOCK_DGRAM, 0) = 4<socket:[1]>
9 chown("/var/lib/x/a", 33, 33) = 0
9 prlimit64(0, RLIMIT_NOFILE, {rlim_cur=1, rlim_max=1}, NULL) = 0
9 setgroups(0, NULL) = -1 EPERM (Operation not permitted)
`
function learnedFrom(text: string, phase = 'start'): Learned {
  const trace = new Trace()
  trace.feed(text, phase)
  return trace.learned()
}

describe('what was learned', () => {
  const facts = learnedFacts(learnedFrom(LINES), [{ path: '/var/cache/x', uses: ['create'] }], ON)

  it('keeps what hardening can use', () => {
    expect(facts.changed.map(({ path, uses }) => [path, ...uses])).toEqual([
      ['/var/cache/x', 'create'],
      ['/var/lib/x/a', 'write', 'create', 'owner'],
    ])
    expect(facts.noted.map(({ path }) => path)).toEqual(['/etc/x.conf', '/home/a/.netrc'])
    expect(facts.executed.map(({ path }) => path)).toEqual(['/bin/x'])
    expect(facts.failed.map(({ name, error }) => `${name} ${error}`)).toEqual(['setgroups EPERM'])
  })

  it('tells capabilities that were taken from those that may have been', () => {
    expect(capabilitiesUsed(facts).map(({ name, sure }) => [name, sure])).toEqual([
      ['cap_chown', true],
      ['cap_sys_resource', true],
    ])
  })

  it('grows with each session and forgets nothing', () => {
    const later = learnedFacts(learnedFrom('9 getpid() = 9\n9 chown("/b", 1, 1) = 0\n', 'reload'), [], {
      ...ON,
      systemd: 257,
    })
    const both = mergeLearned(facts, later)
    expect(mergeLearned(undefined, facts)).toBe(facts)
    expect(both.on.map(({ systemd }) => systemd)).toEqual([252, 257])
    expect(both.phases).toEqual(['start', 'reload'])
    expect(both.calls.map(({ name }) => name)).toContain('getpid')
    expect(both.acts.find(({ detail }) => detail === 'cap_chown')?.sightings).toEqual([
      { program: '/bin/x', phase: 'start', count: 1 },
      { program: '', phase: 'reload', count: 1 },
    ])
    expect(both.changed.map(({ path }) => path)).toEqual(['/b', '/var/cache/x', '/var/lib/x/a'])
    expect(mergeLearned(both, later).on).toHaveLength(2)
    expect(facts.phases).toEqual(['start'])
  })

  it('leaves out of a broken trial what failed before', () => {
    const before = learnedFrom(LINES)
    const during = learnedFrom(
      `${LINES}9 chown("/a", 1, 1 <unfinished ...>\n9 +++ killed by SIGSYS +++\n`,
    ).failed
    expect(newFailures(before, during).map(({ name, error }) => [name, error])).toEqual([['chown', 'SIGSYS']])
    const otherwise = learnedFrom(
      '9 openat(AT_FDCWD</>, "/etc/none", O_RDWR) = -1 EROFS (Read-only file system)\n',
    ).failed
    expect(newFailures(before, otherwise)).toEqual([])
    expect(newFailures({ failed: [], files: [] }, otherwise)).toHaveLength(1)
    const made = learnedFrom(`${LINES}9 creat("/etc/none", 0644) = 3</etc/none>\n`)
    expect(newFailures(made, otherwise)).toHaveLength(1)
  })
})

const GROUPS = {
  '@default': ['brk', 'execve', 'prlimit64'],
  '@file-system': ['close', 'open', 'openat'],
  '@chown': ['chown', 'fchown', 'fchownat', 'lchown'],
  '@privileged': ['capset', 'chown', 'chroot', 'fchown', 'fchownat', 'lchown'],
  '@resources': ['sched_setattr', 'sched_setscheduler', 'setpriority', 'setrlimit'],
  '@mount': ['mount', 'umount2'],
  '@system-service': [
    ...['brk', 'capset', 'chown', 'close', 'execve', 'fchown', 'fchownat', 'lchown', 'open', 'openat'],
    ...['personality', 'prlimit64', 'sched_setattr', 'sched_setscheduler', 'setpriority', 'setrlimit'],
  ],
  '@known': ['mseal'],
}
const by: Sighting[] = [{ program: '/bin/x', phase: 'start', count: 1 }]
const calls: LearnedCall[] = ['brk', 'fchownat', 'mount', 'openat', 'personality', 'sched_setscheduler'].map(
  (name) => ({ name, sightings: by }),
)

describe('calls beyond the usual filter', () => {
  it('tells what the usual filter would deny', () => {
    expect(beyondBase(calls, GROUPS).map(({ name }) => name)).toEqual([
      'fchownat',
      'mount',
      'sched_setscheduler',
    ])
    expect(withSiblings(['nanosleep'], GROUPS)).toEqual(['nanosleep'])
  })
})
