import { describe, expect, it } from 'vitest'
import { list, service } from '../../../../src/catalog/common/proposal.ts'
import { mergePlans } from '../../../../src/session/merge/merge-plans.ts'
import { diffLines } from '../../../../src/session/plan/diff-lines.ts'
import { openStages, requireSameUnit, requireSameVersions } from '../../../../src/session/plan/fit.ts'
import type { Here } from '../../../../src/session/plan/here.ts'
import { knownHere } from '../../../../src/session/plan/known-here.ts'
import { planOf } from '../../../../src/session/plan/make-plan.ts'
import { parsePlan } from '../../../../src/session/plan/parse-plan.ts'
import { planAssignments } from '../../../../src/session/plan/planned-settings.ts'
import type { Plan, PlannedDirective } from '../../../../src/session/plan/schema.ts'
import { planned } from '../plan/planned.ts'

const source = planned()
const one = planOf(source)
const AT = new Date('2026-11-26T12:00:00Z')
const OPTIONS = { systemd: 257, syscallGroups: {}, architecture: 'x86_64' }

/** The plan of another host, with some rows of its system stage changed. */
function another(host: string, rows: Record<string, Partial<PlannedDirective>> = {}): Plan {
  const stages = one.stages.map((stage) => ({
    ...stage,
    directives: stage.directives.map((row) => ({ ...row, ...rows[row.directive] })),
  }))
  return { ...one, stages, made_on: { ...one.made_on, host, systemd: `systemd 252 (${host})` } }
}

function merged(...plans: Plan[]): Plan {
  return parsePlan(JSON.stringify(mergePlans(plans, AT, OPTIONS)))
}

function rowOf(plan: Plan, key: string): PlannedDirective | undefined {
  return plan.stages.flatMap(({ directives }) => directives).find(({ directive }) => directive === key)
}

const FAMILIES = 'RestrictAddressFamilies'
const wider = another('two', {
  [FAMILIES]: { value: 'x', assignments: list(FAMILIES, ['AF_INET', 'AF_UNIX', 'AF_NETLINK']) },
})

describe('a plan of several', () => {
  it('of the same is the same, and stays proven', () => {
    const plan = merged(one, another('two'))
    expect(planAssignments(plan)).toEqual(planAssignments(one))
    expect(rowOf(plan, 'ProtectHostname')?.proof).toMatchObject({ state: 'proven' })
    expect(rowOf(plan, 'ProtectHostname')?.evidence).toEqual(rowOf(one, 'ProtectHostname')?.evidence)
    expect(plan.exposure).toEqual(one.exposure)
    expect(plan.notes).toEqual(one.notes)
  })

  it('is refused where it would be more than a plan may have', () => {
    const evidenceOf = (host: string) =>
      Array.from({ length: 8 }, (_, at) => ({ kind: 'seen' as const, text: `${host}: ${at}`, trial: null }))
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) =>
        another(`host-${at}`, { ProtectHostname: { evidence: evidenceOf(`host-${at}`) } }),
      )
    expect(rowOf(merged(...many(100)), 'ProtectHostname')?.evidence).toHaveLength(800)
    expect(() => merged(...many(200))).toThrow(/plans of 200 machines make one that is larger than/)
  })

  it('allows what one needs, names it, and claims no proof of it', () => {
    const plan = merged(one, wider)
    expect(rowOf(plan, FAMILIES)).toMatchObject({
      state: 'taken',
      value: 'AF_INET AF_INET6 AF_NETLINK AF_UNIX',
      proof: { state: 'none', reason: 'clones on one and two proved a tighter value' },
    })
    expect(plan.notes).toContain(`${FAMILIES}: AF_NETLINK is allowed on two alone.`)
    expect(plan.notes).toContain(`${FAMILIES}: AF_INET6 is allowed on one alone.`)
    expect(plan.stages.find(({ stage }) => stage === 'system')?.proof.state).toBe('none')
  })

  it.each<[string, Partial<PlannedDirective>, Partial<PlannedDirective>, RegExp]>([
    [
      'broke',
      { state: 'left', left: 'broke', why: 'It died.' },
      { state: 'left', left: 'broke' },
      /two: It died\./,
    ],
    ['is unfit', { state: 'unfit', left: null, why: 'It mounts.' }, { state: 'left' }, /two: It mounts\./],
    ['is in force', { state: 'in-force', why: 'Set.' }, { state: 'taken' }, /^$/],
    ['is unknown', { state: 'unknown', why: 'Too old.' }, { state: 'taken' }, /^$/],
    [
      'has a value that nobody can compare',
      { assignments: [service('ProtectHostname', 'private:web')] },
      { state: 'left' },
      /ProtectHostname= differs: one: yes; two: private:web/,
    ],
  ])('whose row on one host %s', (_, change, row, note) => {
    const plan = mergePlans([one, another('two', { ProtectHostname: change })], AT, OPTIONS)
    expect(rowOf(plan, 'ProtectHostname')).toMatchObject(row)
    expect(plan.notes.find((text) => text.startsWith('ProtectHostname')) ?? '').toMatch(note)
  })

  it('has the exposure of what is left', () => {
    const broken = another('two', { [FAMILIES]: { state: 'left', left: 'broke', why: 'It died.' } })
    const { after } = merged(one, broken).exposure
    expect(after).toBeGreaterThan(one.exposure.after)
    expect(after).toBeLessThan(one.exposure.before)
  })

  it('tells hosts of one name apart', () => {
    const plan = merged(one, { ...wider, made_on: { ...wider.made_on, host: 'one' } })
    expect(plan.notes).toContain(`${FAMILIES}: AF_NETLINK is allowed on one (systemd 252) alone.`)
  })

  it('asks only checks that all were given', () => {
    const given = (plan: Plan) => plan.checks.filter((check) => check.given).map(({ label }) => label)
    const less = { ...another('two'), checks: one.checks.filter(({ kind }) => kind === 'check') }
    expect(given(merged(one, another('two')))).toEqual(given(one))
    expect(given(merged(one, less))).toEqual(['connect to 127.0.0.1 port 80'])
  })

  it.each<[string, Partial<Plan>, RegExp]>([
    [
      'units',
      { unit: 'other.service' },
      /different units can't be merged: web\.service of one, other\.service of two/,
    ],
    [
      'processors',
      { made_on: { ...one.made_on, host: 'two', architecture: 'aarch64' } },
      /different processors/,
    ],
    [
      'settings before',
      { kept_before: [service('ProtectClock', 'yes')] },
      /kept before can't be merged: nothing of one, ProtectClock=yes of two/,
    ],
  ])('of different %s is refused', (_, change, reason) => {
    expect(() => mergePlans([one, { ...another('two'), ...change }], AT, OPTIONS)).toThrow(reason)
  })

  it('can be merged again', () => {
    const plan = merged(merged(one, wider), another('three'))
    expect(plan.also_made_on).toHaveLength(2)
    expect(plan.notes).toContain(`${FAMILIES}: AF_NETLINK is allowed on one and two alone.`)
  })
})

describe('a merged plan fits', () => {
  const plan = merged(one, wider)
  const two = { ...source.basis, systemd: 'systemd 252 (two)' }
  const here: Here = {
    properties: { ProtectHostname: ['no'], [FAMILIES]: ['~'] },
    groups: {},
    bases: [two, two],
    architecture: 'x86_64',
    systemd: 252,
  }

  it('a machine that is like one of those that it was made on', () => {
    expect(() => requireSameUnit(plan, here)).not.toThrow()
    expect(() => requireSameVersions(plan, here, 'x')).not.toThrow()
    expect(diffLines(plan, here)).toContain('What it was made on at two is the same here.')
  })

  it('no other one, and names the nearest', () => {
    const newer = { ...two, kernel: '7.0' }
    expect(() => requireSameVersions(plan, { ...here, bases: [newer, newer] }, 'no clone')).toThrow(
      /nearest is two, systemd 252 \(two\): kernel 6\.12\.9 then, 7\.0 now\)/,
    )
    const edited = { ...two, unitFiles: 'b'.repeat(64) }
    expect(() => requireSameUnit(plan, { ...here, bases: [edited, edited] })).toThrow(/files of web\.service/)
  })

  it('an older systemd without what that does not know', () => {
    const calls = ['', '@system-service', '~@new @old', 'futex futex_waitv'].map((value) =>
      service('SystemCallFilter', value),
    )
    const stages = plan.stages.map((stage) =>
      stage.stage !== 'capabilities'
        ? stage
        : {
            ...stage,
            stage: 'syscalls' as const,
            directives: [
              {
                ...(rowOf(plan, 'ProtectHostname') as PlannedDirective),
                directive: 'SystemCallFilter',
                assignments: calls,
              },
            ],
          },
    )
    const groups = { '@system-service': ['read'], '@old': ['read'], '@known': ['read', 'futex'] }
    const old = { ...here, systemd: 241, groups }
    const { plan: known, leftOff } = knownHere({ ...plan, stages }, old)
    expect(leftOff).toEqual([
      'SystemCallFilter is left off: systemd 241 does not know @new, futex_waitv.',
      'ProtectHostname is left off: systemd 241 does not know it: systemd 242 introduced it.',
    ])
    expect(planAssignments(known).map(({ value }) => value)).toEqual([
      ...['', '@system-service', '~@old', 'futex'],
      ...['', 'AF_INET AF_INET6 AF_NETLINK AF_UNIX'],
    ])
    const shown = { [FAMILIES]: ['AF_INET AF_INET6 AF_NETLINK AF_UNIX'], SystemCallFilter: ['futex'] }
    expect(openStages(known, { ...old, properties: shown })).toEqual([])
  })
})
