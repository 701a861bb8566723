import { describe, expect, test } from 'vitest'
import { opensSessions, remoteLogin, sessionOpener } from '../../../../src/catalog/common/roles.ts'
import { STAGES } from '../../../../src/catalog/common/types.ts'
import { proposalsFor } from '../../../../src/catalog/index.ts'
import type { Facts } from '../../../../src/observe/facts.ts'
import { emptyFacts, listening, NOTHING_LEARNED, process } from '../build-facts.ts'
import { lines, row } from '../rows.ts'
import { cronLike, nginxLike, postgresLike } from '../services.ts'

/** OpenSSH since 9.8: the listener has nothing of PAM, a program that it starts for each connection has. */
function sshdLike(over: Partial<Facts> = {}): Facts {
  return {
    ...emptyFacts(),
    processes: [process(70, 0, { name: 'sshd', isMain: true, executable: '/usr/sbin/sshd' })],
    sockets: [listening('AF_INET', '0.0.0.0', 22, [70])],
    pamServices: ['sshd'],
    sessionServices: ['sshd'],
    ...over,
  }
}

test('what sessions and jobs inherit is offered to them and never recommended', () => {
  for (const facts of [sshdLike(), cronLike()]) {
    const offered = STAGES.flatMap((stage) => proposalsFor(stage, facts)).filter(
      ({ result }) => result.kind === 'propose',
    )
    expect(offered.length).toBeGreaterThan(15)
    for (const { directive, result } of offered) {
      expect(result, directive.key).toHaveProperty('recommended', false)
      // No clone sees what is done in a session.
      expect(result, directive.key).not.toHaveProperty('tickIfProven')
      if (directive.stage === 'system' || directive.stage === 'filesystem')
        expect(result, directive.key).toHaveProperty('caution', expect.stringMatching(/opens? sessions/))
    }
  }
})

describe('who opens sessions', () => {
  test('a root process that PAM has rules for', () => {
    expect(opensSessions(sshdLike())).toBe(
      'sshd (pid 70, uid 0) opens sessions or starts jobs (PAM has session rules for it)',
    )
    expect(row('NoNewPrivileges', sshdLike())).toMatchObject({ kind: 'unfit' })
    expect(sessionOpener(sshdLike({ sessionServices: [] }))).toBeUndefined()
  })

  test('one that leaves running what it starts only may', () => {
    const facts = sshdLike({ sessionServices: [] })
    facts.unit = { ...facts.unit, properties: { ...facts.unit.properties, KillMode: ['process'] } }
    expect(opensSessions(facts)).toBe(
      'sshd (pid 70, uid 0) may open sessions or start jobs (KillMode=process leaves them running)',
    )
  })

  test('not one that can become nobody else', () => {
    const processes = [process(70, 105, { name: 'sshd', isMain: true, executable: '/usr/sbin/sshd' })]
    expect(sessionOpener(sshdLike({ processes }))).toBeUndefined()
  })
})

test.each([
  ['it listens and opens sessions', sshdLike(), true],
  [
    'PID 1 holds its socket',
    sshdLike({ sockets: [{ ...listening('AF_INET', '::', 22, [70]), heldBySystemd: true }] }),
    true,
  ],
  ['only on a Unix socket', sshdLike({ sockets: [listening('AF_UNIX', '/run/x', 0, [70])] }), false],
  ['cron listens nowhere', cronLike(), false],
  ['nginx opens no session', nginxLike(), false],
  ['postgres asks PAM at most', postgresLike(), false],
] as const)('a way into the machine: %s', (_, facts, is) => {
  expect(remoteLogin(facts) !== undefined).toBe(is)
})

test('root that has laid its rights aside between two jobs opens sessions all the same', () => {
  const aside = process(10, 1, { isMain: true, executable: '/usr/sbin/jobs', name: 'jobs' })
  aside.uid.saved = 0
  const facts = { ...emptyFacts(), processes: [aside], sessionServices: ['jobs'] }
  expect(sessionOpener(facts)).toBe(aside)
  for (const key of ['CapabilityBoundingSet', 'SystemCallFilter', 'PrivateDevices'])
    expect(row(key, facts), key).toHaveProperty('recommended', false)
  const given = process(10, 1, { isMain: true, executable: '/usr/sbin/jobs', name: 'jobs' })
  expect(sessionOpener({ ...facts, processes: [given] })).toBeUndefined()
})

test('a daemon of root that links PAM and listens checks passwords, by whatever name its rules have', () => {
  const libraries = ['/usr/lib/x86_64-linux-gnu/libpam.so.0.85.1']
  const facts = (over: Partial<Facts>) => ({
    ...emptyFacts(),
    processes: [process(10, 0, { isMain: true, libraries })],
    sockets: [listening('AF_INET', '0.0.0.0', 445, [10])],
    ...over,
  })
  expect(row('ProtectHome', facts({})).kind).toBe('unfit')
  for (const name of ['CAP_SETUID', 'CAP_SETGID', 'CAP_DAC_READ_SEARCH'])
    expect(lines('CapabilityBoundingSet', facts({})).join()).toContain(name)
  expect(lines('NoExecPaths', facts({})).join()).toContain('-/usr')
  expect(lines('SystemCallFilter', facts({})).join()).toMatch(/capset/)
  expect(row('ProtectHome', facts({ sockets: [] })).kind).toBe('propose')
})

test('one that programs ask over a Unix socket checks passwords too', () => {
  const libraries = ['/usr/lib/x86_64-linux-gnu/libpam.so.0.85.1']
  const facts = (sockets: Facts['sockets']): Facts => ({
    ...emptyFacts(),
    processes: [process(10, 0, { isMain: true, libraries })],
    sockets,
  })
  const asked = facts([listening('AF_UNIX', '/run/checker/mux', 0, [10])])
  expect(row('ProtectHome', asked).kind).toBe('unfit')
  expect(lines('CapabilityBoundingSet', asked).join()).toContain('CAP_DAC_READ_SEARCH')
  expect(row('ProtectHome', facts([])).kind).toBe('propose')
})

test('KillMode=process tells of sessions where an author wrote it, not where a generator writes it for each script', () => {
  const facts = (fragment: string) => {
    const found = { ...emptyFacts(), processes: [process(10, 0, { isMain: true })] }
    found.unit = { ...found.unit, fragment, properties: { KillMode: ['process'] } }
    return sessionOpener(found)
  }
  expect(facts('/usr/lib/systemd/system/x.service')).toBeDefined()
  expect(facts('/run/systemd/generator.late/x.service')).toBeUndefined()
})

test('PAMName= tells of a session, whatever the rights of its processes', () => {
  const facts = (name: string) => {
    const found = { ...emptyFacts(), processes: [process(10, 1000, { isMain: true })] }
    found.unit = { ...found.unit, properties: { PAMName: [name] } }
    return sessionOpener(found)
  }
  expect(facts('systemd-user')).toBeDefined()
  expect(facts('')).toBeUndefined()
})

describe('a program and an account that one file names', () => {
  const where = '/etc/srv.d/job'
  const program = (name: string) => ({ kind: 'program' as const, name, where })
  const ran = (path: string) => ({ path, uses: ['execute' as const], sightings: [] })
  const facts = (exercised: boolean, programs: readonly string[], executed: readonly string[]): Facts => ({
    ...emptyFacts(),
    processes: [process(10, 0, { isMain: true })],
    given: { level: 'standard', asked: true, exercised },
    learned: { ...NOTHING_LEARNED, executed: executed.map(ran) },
    reach: {
      named: [{ kind: 'account', name: 'alice', where }, ...programs.map(program)],
      ...{ imports: [], interpreters: [], monitors: [], sudo: [] },
    },
  })

  test('are a job that nobody knows, also where a check happened to start it', () => {
    expect(opensSessions(facts(false, ['/opt/job'], ['/opt/job']))).toContain(
      'names /opt/job and the account',
    )
    expect(opensSessions(facts(true, ['/opt/job'], []))).toContain('names /opt/job and the account alice')
  })

  test('are known where the use that a person gave started every one of them', () => {
    expect(sessionOpener(facts(true, ['/opt/job'], ['/opt/job']))).toBeUndefined()
    expect(opensSessions(facts(true, ['/opt/job', '/opt/other'], ['/opt/job']))).toContain('names /opt/other')
  })
})
