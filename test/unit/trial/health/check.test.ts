import { describe, expect, it } from 'vitest'
import type { Host } from '../../../../src/host/host.ts'
import { SYSTEM_MANAGER } from '../../../../src/host/manager.ts'
import type { SocketFacts } from '../../../../src/observe/facts.ts'
import { EXIT_MEANINGS, exitMeaning } from '../../../../src/trial/diagnosis/exit-codes.ts'
import { commandUser } from '../../../../src/trial/health/ask.ts'
import { listenersOf, measure, problemOf } from '../../../../src/trial/health/baseline.ts'
import {
  CheckError,
  checkKey,
  checkLabel,
  exerciseAs,
  parseCheck,
  parseExercise,
} from '../../../../src/trial/health/check.ts'
import { listening } from '../../catalog/build-facts.ts'

describe('a check', () => {
  it.each([
    [
      'http://127.0.0.1/health?x=1',
      { kind: 'http', url: 'http://127.0.0.1/health?x=1' },
      'GET http://127.0.0.1/health?x=1',
    ],
    ['  https://[::1]:8443/ ', { kind: 'http', url: 'https://[::1]:8443/' }, 'GET https://[::1]:8443/'],
    ['tcp:127.0.0.1:25', { kind: 'tcp', address: '127.0.0.1', port: 25 }, 'connect to 127.0.0.1 port 25'],
    ['tcp:[::1]:25', { kind: 'tcp', address: '::1', port: 25 }, 'connect to ::1 port 25'],
    [
      'tcp:mail.example:65535',
      { kind: 'tcp', address: 'mail.example', port: 65535 },
      'connect to mail.example port 65535',
    ],
    ['unix:/run/a b.sock', { kind: 'unix', path: '/run/a b.sock' }, 'connect to /run/a b.sock'],
    [
      'curl  -fsS\thttp://x/',
      { kind: 'command', argv: ['curl', '-fsS', 'http://x/'] },
      'run curl -fsS http://x/',
    ],
    ['/bin/check;reboot', { kind: 'command', argv: ['/bin/check;reboot'] }, 'run /bin/check;reboot'],
  ])('%j', (text, expected, label) => {
    const check = parseCheck(text)
    expect(check).toMatchObject(expected)
    expect(check.timeoutMs).toBeGreaterThan(0)
    expect(checkLabel(check)).toBe(label)
  })

  it('is another one where its arguments differ, though a screen shows the same', () => {
    const [one, two] = [parseCheck("say 'a b'"), parseCheck('say a b')]
    expect(checkLabel(one)).toBe(checkLabel(two))
    expect(checkKey(one)).not.toBe(checkKey(two))
    expect(checkKey({ ...one, timeoutMs: 1 })).toBe(checkKey(one))
  })

  it.each([
    '',
    '  ',
    'http://',
    'http://a b/',
    'https://[::1/',
    'tcp:host',
    'tcp:host:0',
    'tcp:host:65536',
    'tcp:host:8a',
    'tcp::80',
    'unix:run/x',
    'unix:',
  ])('%j is refused with one line', (text) => {
    expect(() => parseCheck(text)).toThrow(CheckError)
    expect(() => parseCheck(text)).toThrow(/^[^\n]+$/)
  })
})

describe('an exercise', () => {
  it.each([
    ['redis-cli set a b', ['redis-cli', 'set', 'a', 'b']],
    [`sh -c 'echo "$HOME" > /tmp/x'`, ['sh', '-c', 'echo "$HOME" > /tmp/x']],
    ['psql -c "select \'a b\'" x', ['psql', '-c', "select 'a b'", 'x']],
    ['a\\ b "c\\"d" e""f \'\'', ['a b', 'c"d', 'ef', '']],
    ['--x="y z"', ['--x=y z']],
    ['$(reboot) `reboot` *', ['$(reboot)', '`reboot`', '*']],
  ])('%j is split as a shell would, and nothing in it is expanded', (text, argv) => {
    expect(parseExercise(text)).toMatchObject({ kind: 'exercise', argv })
  })

  it.each(['', "it's", 'a "b', 'a\\'])('%j is refused with one line', (text) => {
    expect(() => parseExercise(text)).toThrow(CheckError)
    expect(() => parseExercise(text)).toThrow(/^[^\n]+$/)
  })

  it.each([
    ['exit=3 diff a b', { argv: ['diff', 'a', 'b'], exit: 3 }, 'play diff a b for exit 3'],
    ['as=app exit=0 x', { argv: ['x'], as: 'app', exit: 0 }, 'play x as app for exit 0'],
    ['exit=1 as=root x y', { argv: ['x', 'y'], as: 'root', exit: 1 }, 'play x y as root for exit 1'],
    ['x as=app', { argv: ['x', 'as=app'] }, 'play x as=app'],
  ])('%j says how it is run before its command', (text, meant, label) => {
    const exercise = parseExercise(text)
    expect(exercise).toEqual({ kind: 'exercise', timeoutMs: 30_000, ...meant })
    expect(checkLabel(exercise)).toBe(label)
  })

  it.each(['as=app', 'exit=0', 'exit=256 x', 'exit= x', 'exit=-1 x', 'as= x', 'as=0 x', 'as=a/b x'])(
    '%j is refused with one line',
    (text) => {
      expect(() => parseExercise(text)).toThrow(CheckError)
      expect(() => parseCheck(text)).toThrow(CheckError)
    },
  )

  it('runs as the account for all, unless its own words name one', () => {
    expect(parseExercise(exerciseAs('exit=2 x', 'app'))).toMatchObject({ argv: ['x'], as: 'app', exit: 2 })
    expect(parseExercise(exerciseAs('exit=2 as=root x', 'app'))).toMatchObject({ as: 'root', exit: 2 })
  })

  it('is another one as another account, or for another exit code', () => {
    const keys = ['x', 'as=app x', 'exit=1 x', 'as=app exit=1 x'].map((text) => checkKey(parseExercise(text)))
    expect(new Set(keys).size).toBe(4)
  })

  it('is played in its turn, once, after the probes', async () => {
    const played: string[] = []
    const host = {
      manager: SYSTEM_MANAGER,
      run: async (argv: string[]) => {
        played.push(argv[0] as string)
        return { exitCode: 0, timedOut: false }
      },
      probe: async () => {
        played.push('probe')
        return { ok: true, answer: '200', ms: 1 }
      },
    } as unknown as Host
    const checks = [parseExercise('write'), parseCheck('http://x/'), parseExercise('read')]
    const asked = await measure(host, checks, 2)
    expect(asked.map((round) => round.map(({ answer }) => answer))).toEqual([
      ['exit 0'],
      ['200', '200'],
      ['exit 0'],
    ])
    expect(played).toEqual(['probe', 'probe', 'write', 'read'])
  })
})

describe('a command of the administrator’s', () => {
  it('runs as sudo’s caller', () => {
    expect(commandUser({ SUDO_UID: '1000', SUDO_GID: '1001' })).toEqual({ uid: 1000, gid: 1001 })
  })

  it.each([
    [{}],
    [{ SUDO_UID: '0', SUDO_GID: '0' }],
    [{ SUDO_UID: '1000', SUDO_GID: '0' }],
    [{ SUDO_UID: '0', SUDO_GID: '1000' }],
    [{ SUDO_UID: '1000' }],
    [{ SUDO_UID: '', SUDO_GID: '' }],
    [{ SUDO_UID: '-1', SUDO_GID: '-1' }],
    [{ SUDO_UID: '4294967295', SUDO_GID: '4294967295' }],
    [{ SUDO_UID: '4294967296', SUDO_GID: '4294967296' }],
    [{ SUDO_UID: '1e3', SUDO_GID: '0x10' }],
    [{ SUDO_UID: 'root', SUDO_GID: 'root' }],
    [{ SUDO_UID: '1.5', SUDO_GID: '2' }],
  ])('runs as nobody, never as root, with %j', (env) => {
    expect(commandUser(env)).toEqual({ uid: 65534, gid: 65534 })
  })
})

describe('a check before the first change', () => {
  it.each([
    [['200', '200', '200'], true, undefined],
    [['200', '500', '200'], true, /answers differently each time \(200, 500\)/],
    [['ECONNREFUSED', 'ECONNREFUSED'], false, /already fails now \(ECONNREFUSED\)/],
    [['ECONNREFUSED', '200'], true, /differently/],
  ])('that answered %j (ok: %s)', (answers, ok, problem) => {
    const found = problemOf(answers.map((answer) => ({ answer, ok })))
    if (problem === undefined) expect(found).toBeUndefined()
    else expect(found).toMatch(problem)
  })
})

describe('listeners that a service is held to', () => {
  const udp = (port: number, state: SocketFacts['state'] = 'other'): SocketFacts => ({
    ...listening('AF_INET', '0.0.0.0', port, [1]),
    type: 'datagram',
    state,
  })

  it.each<[string, SocketFacts, boolean]>([
    ['a TCP port', listening('AF_INET', '0.0.0.0', 443, [1]), true],
    ['a Unix socket', listening('AF_UNIX', '/run/x.sock', 0, [1]), true],
    ['an accepted connection', { ...listening('AF_INET', '10.0.0.1', 443, [1]), state: 'connected' }, false],
    ['a UDP port', udp(53), true],
    ['a UDP client on an ephemeral port', udp(41234), false],
    ['a connected UDP socket', udp(53, 'connected'), false],
    ['netlink', { ...listening('AF_NETLINK', '', 0, [1]), type: 'raw', state: 'other' }, false],
  ])('%s', (_, socket, counts) => {
    expect(listenersOf([socket])).toHaveLength(counts ? 1 : 0)
  })

  it('are known again where another process of the service put its id into the name', () => {
    const sockets = [
      listening('AF_UNIX', '/run/x/cgi.241', 0, [257]),
      listening('AF_UNIX', '/run/x/wsgi.241.2.sock', 0, [257]),
      listening('AF_UNIX', '/run/x/2.sock', 0, [257]),
      listening('AF_INET', '::', 80, [241, 257]),
    ]
    const names = ['/run/x/2.sock', '/run/x/cgi.{pid}', '/run/x/wsgi.{pid}.{n}.sock']
    expect(listenersOf(sockets).map(({ address }) => address)).toEqual(expect.arrayContaining(names))
  })

  it('are named once, whoever holds them (SO_REUSEPORT), in a lasting order', () => {
    const sockets = [80, 22, 80].map((port, index) => listening('AF_INET', '0.0.0.0', port, [index]))
    expect(listenersOf(sockets).map(({ port }) => port)).toEqual([22, 80])
    expect(listenersOf([...sockets].reverse())).toEqual(listenersOf(sockets))
  })
})

describe('how a process ended', () => {
  it.each([
    [1, 226, /226\/NAMESPACE: the mounts could not be set up/],
    [1, 203, /203\/EXEC/],
    [1, 3, /exit code 3/],
    [1, 0, undefined],
    [0, 0, undefined],
    [2, 31, /killed by SIGSYS/],
    [3, 11, /killed by SIGSEGV/],
    [2, 64, /killed by signal 64/],
  ])('code %d status %d', (code, status, meaning) => {
    if (meaning === undefined) expect(exitMeaning(code, status)).toBeUndefined()
    else expect(exitMeaning(code, status)).toMatch(meaning)
  })

  it('a status of the program’s own below 200 is not given a meaning of systemd’s', () => {
    expect(Object.keys(EXIT_MEANINGS).every((status) => Number(status) >= 200)).toBe(true)
  })
})
