import { describe, expect, test } from 'vitest'
import { valueText } from '../../../../src/catalog/common/ladder.ts'
import {
  oneStepDown,
  withAddressFamily,
  withCapability,
  withExecPath,
  withOptionalPath,
  withReadWritePath,
} from '../../../../src/catalog/common/relax.ts'
import type { Directive } from '../../../../src/catalog/common/types.ts'
import { CATALOG } from '../../../../src/catalog/index.ts'
import { withSyscallExceptions } from '../../../../src/catalog/syscalls/syscall-filter.ts'
import type { Facts } from '../../../../src/observe/facts.ts'
import type { LearnedFacts } from '../../../../src/observe/trace/learned-facts.ts'
import { lines, proposal, row, text, told } from '../rows.ts'
import { apacheLike, javaLike, nginxLike, redisLike } from '../services.ts'

const filter = CATALOG.find(({ key }) => key === 'SystemCallFilter') as Directive

describe('SystemCallFilter', () => {
  test('of a service with an account of its own', () => {
    expect(lines('SystemCallFilter', javaLike())).toEqual([
      'SystemCallFilter=',
      'SystemCallFilter=@system-service',
      'SystemCallFilter=~@privileged @resources',
    ])
  })
  test('a root master may go on changing user', () => {
    expect(lines('SystemCallFilter', nginxLike()).at(-1)).toBe('SystemCallFilter=@setuid')
    expect(lines('SystemCallFilter', apacheLike()).at(-1)).toBe('SystemCallFilter=@chown @setuid')
  })
  test("the unit's own denials come last", () => {
    const facts = javaLike()
    facts.unit.properties.SystemCallFilter = ['~keyctl bpf']
    expect(lines('SystemCallFilter', facts).at(-1)).toBe('SystemCallFilter=~keyctl bpf')
  })
  test("the unit's own allow list is not widened", () => {
    expect(row('SystemCallFilter', redisLike()).kind).toBe('in-force')
    const facts = redisLike()
    facts.unit.properties.SystemCallFilter = ['mount openat read sched_setaffinity setpriority setrlimit']
    const written = lines('SystemCallFilter', facts)
    expect(written).toContain('SystemCallFilter=mount')
    expect(written).toContain('SystemCallFilter=~@resources')
    expect(written.at(-1)).toMatch(/^SystemCallFilter=~.*\bwrite$/)
  })
  test.each([
    ['@system-service', false],
    ['@system-service mount', false],
    ['~read', true],
    ['@basic-io', true],
  ])('a call that systemd does not print of %s is denied: %s', (value, isDenied) => {
    const facts = javaLike()
    const base = facts.syscallGroups['@system-service'] ?? []
    facts.unit.properties.SystemCallFilter = [base.filter((name) => name !== 'read').join(' ')]
    facts.unit.written = { SystemCallFilter: { value, place: '/etc/systemd/system/x.service:6' } }
    expect(lines('SystemCallFilter', facts).some((line) => /=~.*\bread\b/.test(line))).toBe(isDenied)
  })
  test("the unit's own allow list gets nothing for what a helper may do", () => {
    const facts = nginxLike()
    const base = facts.syscallGroups['@system-service'] ?? []
    facts.unit.properties.SystemCallFilter = [
      base.filter((name) => !/^set(?:re|res|fs)?gid/.test(name)).join(' '),
    ]
    const written = lines('SystemCallFilter', facts).join('\n')
    expect(written).not.toContain('@setuid')
    expect(written).toMatch(/^SystemCallFilter=.*\bsetuid\b/m)
    expect(written).not.toMatch(/^SystemCallFilter=(?!~).*\bsetgid\b/m)
  })
  test('steps down to the plain group, then ends', () => {
    const first = proposal('SystemCallFilter', javaLike())
    const second = oneStepDown(filter, first)
    const third = second && oneStepDown(filter, second)
    expect([second, third].map((one) => one && valueText(one))).toEqual([
      '@system-service without @resources',
      '@system-service',
    ])
    expect(third && oneStepDown(filter, third)).toBeUndefined()
  })
  test('failing softly is offered, not ticked', () => {
    expect(proposal('SystemCallErrorNumber', javaLike())).toMatchObject({
      value: 'EPERM',
      recommended: false,
    })
  })
})

/** Forty calls of the base, two beyond it, as a clone saw them of an account without rights. */
function followed(more: Partial<LearnedFacts> = {}): Facts {
  const facts = javaLike()
  const seen = (name: string) => ({
    name,
    sightings: [{ program: '/usr/bin/java', phase: 'start', count: 2 }],
  })
  const base = Array.from({ length: 40 }, (_, index) => `call${index}`)
  const known = facts.syscallGroups['@system-service'] ?? []
  facts.syscallGroups = { ...facts.syscallGroups, '@system-service': [...known, ...base] }
  const calls = [...base, 'setpriority', 'fchownat'].map(seen)
  const refused = { ...seen('fchownat'), error: 'EPERM' }
  const none = { on: [], changed: [], executed: [], connected: [], noted: [], sockets: [], acts: [] }
  const learned = { ...none, phases: ['start'], failed: [refused], bits32: false, incomplete: false }
  return { ...facts, learned: { ...learned, calls, unprivileged: calls, ...more } }
}

describe('the two ways, once the service was followed', () => {
  test('groups with what was seen beyond them; a call that is refused anyway fails softly', () => {
    expect(lines('SystemCallFilter', followed())).toEqual([
      'SystemCallFilter=',
      'SystemCallFilter=@system-service',
      'SystemCallFilter=~@privileged @resources',
      'SystemCallFilter=setpriority',
      'SystemCallFilter=~fchownat:EPERM',
    ])
  })
  test('what its programs import and nobody saw fails softly too, where an account was followed', () => {
    const able = (facts: Facts) => ({
      ...facts,
      reach: {
        named: [],
        imports: ['chown', 'initgroups', 'nice', 'open'],
        interpreters: [],
        monitors: [],
        sudo: [],
      },
    })
    expect(lines('SystemCallFilter', able(followed())).slice(4)).toEqual([
      'SystemCallFilter=~fchownat:EPERM',
      'SystemCallFilter=~chown:EPERM setgroups:EPERM',
    ])
    expect(lines('SystemCallFilter', able(javaLike())).join()).not.toContain(':EPERM')
  })
  test('less what only a "+" line calls, which no filter holds', () => {
    const facts = followed()
    const install = [{ program: '/usr/bin/install', phase: 'start', count: 1 }]
    const calls = [...(facts.learned?.unprivileged ?? []), { name: 'fchmodat2', sightings: install }]
    const learned = { ...(facts.learned as LearnedFacts), unprivileged: calls }
    const exec = (flags: string[]) => ({
      ExecStartPre: [{ path: '/usr/bin/install', argv: ['install'], flags }],
    })
    const withLine = (flags: string[]) => ({ ...facts, learned, unit: { ...facts.unit, exec: exec(flags) } })
    expect(proposal('SystemCallFilter', withLine([])).other?.value).toBe('exactly the 42 calls seen')
    expect(proposal('SystemCallFilter', withLine(['privileged'])).other?.value).toBe(
      'exactly the 41 calls seen',
    )
  })
  test('or exactly what was seen, which is offered and not taken', () => {
    const filter = proposal('SystemCallFilter', followed())
    const { other, recommended } = filter
    expect(recommended).toBe(true)
    expect(told(filter).join(' ')).toContain('are a margin for rare requests')
    expect(other?.value).toBe('exactly the 41 calls seen')
    expect(other?.caution).toContain('A call that was not seen kills the process')
    const [reset, allowed, soft] = other?.assignments.map(({ value }) => value) ?? []
    expect([reset, soft]).toEqual(['', '~fchownat:EPERM'])
    expect(allowed?.split(' ')).toHaveLength(41)
    expect(allowed).not.toContain('@')
  })
  test('not where the trace is not whole, nor by what root called', () => {
    expect(proposal('SystemCallFilter', followed({ incomplete: true })).other).toBeUndefined()
    const { unprivileged: _, ...asRoot } = followed().learned as LearnedFacts
    expect(proposal('SystemCallFilter', { ...javaLike(), learned: asRoot }).other).toBeUndefined()
  })
})

describe('after a failed trial', () => {
  test('calls are added once, behind what denies them', () => {
    const { assignments } = proposal('SystemCallFilter', nginxLike())
    const once = withSyscallExceptions(assignments, ['sched_setaffinity'])
    expect(text(once).at(-1)).toBe('SystemCallFilter=sched_setaffinity')
    expect(withSyscallExceptions(once, ['sched_setaffinity'])).toEqual(once)
    expect(withSyscallExceptions(once, ['x; y'])).toEqual(once)
  })
  test('an account gets a capability as ambient too', () => {
    const { assignments } = proposal('User', nginxLike())
    expect(text(withCapability(assignments, 'cap_sys_nice')).slice(-2)).toEqual([
      'CapabilityBoundingSet=CAP_SYS_NICE',
      'AmbientCapabilities=CAP_SYS_NICE',
    ])
  })
  test('paths and families', () => {
    expect(text(withReadWritePath([], '/var/run/x y'))).toEqual(['ReadWritePaths=-/run/x\\ y'])
    expect(withReadWritePath([], 'a\nb')).toEqual([])
    expect(text(withExecPath([], '/usr/bin/x'))).toEqual(['ExecPaths=-/usr/bin/x'])
    expect(text(withAddressFamily([], 'AF_NETLINK'))).toEqual(['RestrictAddressFamilies=AF_NETLINK'])
    const demanded = [{ section: 'Service' as const, key: 'ReadWritePaths', value: '/a /b' }]
    expect(text(withOptionalPath(demanded, '/b'))).toEqual(['ReadWritePaths=/a -/b'])
  })
})

describe('calls of programs that a script may start', () => {
  const scripted = (given: Partial<NonNullable<Facts['given']>> = {}): Facts => ({
    ...javaLike(),
    reach: { named: [], imports: [], interpreters: ['/usr/bin/python3'], monitors: [], sudo: [] },
    given: { level: 'standard', asked: true, exercised: false, ...given },
  })
  test.each<[string, Facts, boolean]>([
    ['while nobody played its use', scripted(), true],
    ['not where its use was played', scripted({ exercised: true }), false],
    ['not where only what was seen counts', scripted({ level: 'tight' }), false],
  ])('stay %s', (_, facts, stay) => {
    const written = lines('SystemCallFilter', facts)
    expect(written.includes('SystemCallFilter=~@privileged @resources')).toBe(!stay)
    expect(written.some((line) => line.startsWith('SystemCallFilter=@chown'))).toBe(stay)
  })
})
