import { describe, expect, it } from 'vitest'
import type { ProcessFacts, SocketFacts } from '../../../../src/observe/facts.ts'
import { mergeLearned } from '../../../../src/observe/trace/learned-facts.ts'
import {
  callsSeen,
  type Look,
  liveFacts,
  loggedCalls,
  newsIn,
  seenSince,
} from '../../../../src/observe/trace/logged-calls.ts'
import type { SeccompRecord } from '../../../../src/systemd/log/audit.ts'
import { file, listening, process } from '../../catalog/build-facts.ts'

const ON = { systemd: 252, kernel: '6.1', packages: {} }

function record(over: Partial<SeccompRecord> = {}): SeccompRecord {
  const who = { pid: 9, uid: 0, comm: 'srv', exe: '/usr/sbin/srv', arch: 'c000003e' }
  return { time: 100, id: 1, ...who, signal: 0, syscall: 141, name: 'setpriority', kill: false, ...over }
}

function look(processes: ProcessFacts[], sockets: SocketFacts[] = []): Look {
  return { processes, sockets }
}

describe('records of the kernel', () => {
  it.each([
    ['a call that was let through', record(), 1],
    ['one that was killed', record({ signal: 31, kill: true }), 0],
    ['one of PID 1’s child, which still sets up', record({ exe: '/usr/lib/systemd/systemd' }), 0],
    ['one of its helper since 255', record({ exe: '/usr/lib/systemd/systemd-executor' }), 0],
    ['one of a service of systemd’s', record({ exe: '/usr/lib/systemd/systemd-resolved' }), 1],
  ])('%s', (_, one, count) => expect(loggedCalls([one])).toHaveLength(count))

  it('tell who made a call, how often, and whether it was at the start', () => {
    const records = [
      record({ time: 10 }),
      record(),
      record({ time: 101 }),
      record({ name: 'chroot', exe: '', comm: 'gone' }),
    ]
    expect(callsSeen(records, 50).calls).toEqual([
      { name: 'chroot', sightings: [{ program: 'gone', phase: 'live traffic', count: 1 }] },
      {
        name: 'setpriority',
        sightings: [
          { program: '/usr/sbin/srv', phase: 'live start', count: 1 },
          { program: '/usr/sbin/srv', phase: 'live traffic', count: 2 },
        ],
      },
    ])
  })

  it.each([
    ['c000003e', false],
    ['c00000b7', false],
    ['40000003', true],
    ['', false],
  ])('of architecture "%s" show 32 bits: %s', (arch, bits32) =>
    expect(callsSeen([record({ arch })], 0).bits32).toBe(bits32),
  )
})

describe('looks at /proc', () => {
  const before = look(
    [process(1, 33, { openFiles: [file('/var/log/srv')] })],
    [listening('AF_INET', '::', 80, [1])],
  )

  it('show only what was not there before', () => {
    expect(seenSince(before, before)).toMatchObject({ files: [], sockets: [], acts: [] })
  })

  it('show files, programs, libraries, sockets and writable code', () => {
    const now = look(
      [
        process(1, 33, {
          openFiles: [
            file('/var/lib/srv/upload'),
            file('/etc/srv.conf', false),
            file('/dev/null', true, 'device'),
            { ...file('/tmp/gone'), deleted: true },
          ],
          libraries: ['/opt/module.so'],
          executableMemory: ['7f00 rwxp'],
        }),
        process(2, 33, { executable: '/usr/bin/helper' }),
      ],
      [
        listening('AF_UNIX', '/run/srv', 0, [2]),
        { ...listening('AF_INET', '::', 80, [1]), state: 'connected' },
      ],
    )
    const seen = seenSince(before, now)
    expect(seen.files.map(({ path, uses }) => [path, uses.join()])).toEqual([
      ['/opt/module.so', 'map'],
      ['/usr/bin/helper', 'execute'],
      ['/var/lib/srv/upload', 'write'],
    ])
    expect(seen.sockets.map(({ family, type }) => `${family} ${type}`)).toEqual(['AF_UNIX SOCK_STREAM'])
    expect(seen.acts).toMatchObject([{ kind: 'write-execute', sightings: [{ program: '/usr/sbin/srv' }] }])
  })

  it('a socket that PID 1 made, and what came in on it, is no socket of the service’s', () => {
    const held = { ...listening('AF_INET', '0.0.0.0', 80, [1]), heldBySystemd: true }
    const came = { ...listening('AF_INET', '10.0.0.1', 80, [1]), state: 'connected' as const }
    const own = { ...listening('AF_INET', '10.0.0.1', 4000, [1]), state: 'connected' as const }
    expect(seenSince(look([]), look([process(1, 33)], [held, came])).sockets).toEqual([])
    expect(seenSince(look([]), look([process(1, 33)], [held, own])).sockets).toHaveLength(1)
  })
})

describe('what is new', () => {
  const seen = { ...callsSeen([record()], 0), files: seenSince(look([]), look([process(1, 33)])).files }
  const facts = liveFacts(seen, ON)

  it('is told in a few words', () => {
    expect(newsIn(undefined, facts)).toMatchObject({
      calls: [{ name: 'setpriority', by: 'srv' }],
      programs: ['/usr/lib/x86_64-linux-gnu/libc.so.6', '/usr/sbin/srv'],
    })
  })

  it('is new once', () => {
    const news = newsIn(mergeLearned(undefined, facts), facts)
    expect(Object.values(news).flat()).toEqual([])
  })

  it('does not make what clones taught less complete, nor is it complete alone', () => {
    expect(facts.incomplete).toBe(true)
    expect(mergeLearned({ ...facts, incomplete: false }, facts).incomplete).toBe(false)
  })
})
