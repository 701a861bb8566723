import { describe, expect, test } from 'vitest'
import { rungOf } from '../../../src/catalog/common/ladder.ts'
import { STAGES } from '../../../src/catalog/common/types.ts'
import { foreignLine } from '../../../src/catalog/common/written-values.ts'
import { CATALOG, directivesOf, proposalsFor, stageNotes } from '../../../src/catalog/index.ts'
import type { Facts } from '../../../src/observe/facts.ts'
import { emptyFacts } from './build-facts.ts'
import { row } from './rows.ts'
import { apacheLike, redisLike, SERVICES } from './services.ts'

test.each(CATALOG.map((directive) => [directive.key, directive] as const))(
  '%s teaches and is reachable',
  (key, directive) => {
    for (const words of [directive.what, directive.breaks, directive.wins])
      expect(words).toMatch(/^\S.{20,}\.$/s)
    expect(directive.since).toBeGreaterThan(0)
    expect(directivesOf(directive.stage)).toContain(directive)
    expect(CATALOG.filter((other) => other.key === key)).toHaveLength(1)
  },
)

describe.each([['nothing known', emptyFacts] as const, ...Object.entries(SERVICES)])('%s', (_, build) => {
  test.each(STAGES)('%s is proposed in whole sentences and in order', (stage) => {
    for (const { directive, result } of proposalsFor(stage, build())) {
      if (result.kind !== 'propose') {
        expect(result.why, directive.key).toMatch(/\S/)
        continue
      }
      expect(
        result.assignments.map(({ key }) => key),
        directive.key,
      ).toContain(directive.key)
      const all = [result, ...(result.ladder?.rungs ?? []), ...(result.other ? [result.other] : [])]
      for (const line of all.flatMap((one) => one.assignments))
        expect(foreignLine(directive, line), directive.key).toBeUndefined()
      for (const { text } of result.evidence) expect(text, directive.key).toMatch(/[.)]$/)
      expect(result.caution === undefined, directive.key).toBe(result.recommended)
      if (result.ladder) expect(result.ladder.rungs[result.ladder.at ?? -1]).toEqual(rungOf(result))
    }
    for (const note of stageNotes(stage, build())) expect(note).toMatch(/^(?!.*\b(undefined|NaN)\b)\S.*\S$/)
  })
})

test('an old systemd does not know a setting', () => {
  const facts = { ...redisLike(), systemd: 247 }
  expect(row('NoExecPaths', facts)).toMatchObject({ kind: 'unknown' })
  expect(row('ProtectProc', facts).kind).toBe('propose')
})

test('what is shown already is not written again', () => {
  expect(row('NoNewPrivileges', redisLike())).toMatchObject({ kind: 'in-force', value: 'yes' })
  expect(row('ProtectSystem', redisLike())).toMatchObject({ kind: 'in-force' })
})

describe('a host with very many mounts', () => {
  const facts = apacheLike()
  const withMounts = (mounts: number, ownNamespaces: string[]): Facts => ({
    ...facts,
    mounts,
    processes: facts.processes.map((process) => ({ ...process, ownNamespaces })),
  })
  const ticked = (found: ReturnType<typeof row>) => found.kind === 'propose' && found.recommended

  test('leaves to the person what gives the service mounts of its own, and says why', () => {
    const found = row('ProtectKernelTunables', withMounts(5000, []))
    expect(found).toMatchObject({
      kind: 'propose',
      recommended: false,
      caution: expect.stringContaining('5000'),
    })
    expect(ticked(row('LockPersonality', withMounts(5000, [])))).toBe(true)
  })

  test.each([
    ['it has them already', 5000, ['mnt']],
    ['there are few', 300, []],
  ])('changes nothing where %s', (_, mounts, own) => {
    expect(ticked(row('ProtectKernelTunables', withMounts(mounts, own)))).toBe(true)
  })
})

describe('what a setting of the unit implies', () => {
  const withProperties = (properties: Record<string, string[]>, facts = apacheLike()): Facts => ({
    ...facts,
    unit: { ...facts.unit, properties: { ...facts.unit.properties, ...properties } },
  })

  test('is in force by that setting, and not by a line of its own', () => {
    const dynamic = withProperties({
      DynamicUser: ['yes'],
      NoNewPrivileges: ['yes'],
      ProtectSystem: ['strict'],
    })
    for (const key of ['NoNewPrivileges', 'ProtectSystem'])
      expect(row(key, dynamic)).toMatchObject({
        kind: 'in-force',
        why: 'It is in force by implication: DynamicUser=yes.',
      })
  })

  test.each<[string, Record<string, string[]>, string[], string | undefined]>([
    ['that runs with it', { PrivateTmp: ['yes'] }, ['mnt'], 'It is in force by implication: PrivateTmp=yes.'],
    ['that was edited since its start', { PrivateTmp: ['yes'] }, [], undefined],
    ['without such a setting', { PrivateTmp: ['no'] }, ['mnt'], undefined],
    ['that says it itself', { PrivateMounts: ['yes'] }, ['mnt'], 'The unit already has this setting.'],
  ])('PrivateMounts of a unit %s is shown where it is in force, and never proposed', (_, more, own, why) => {
    const facts = withProperties(more)
    const processes = facts.processes.map((process) => ({ ...process, ownNamespaces: own }))
    const shown = proposalsFor('filesystem', { ...facts, processes })
    expect(shown.find(({ directive }) => directive.key === 'PrivateMounts')?.result).toEqual(
      why === undefined ? undefined : { kind: 'in-force', value: 'yes', why },
    )
  })

  test.each<[number, RegExp]>([
    [252, /^It is in force by implication: systemd 252 sets it for User= with a filter/],
    [257, /^It is in force by implication: all its processes have it/],
  ])('systemd %i: NoNewPrivileges that no file says is told and written', (systemd, words) => {
    const facts = withProperties({ User: ['www-data'], NoNewPrivileges: ['no'] })
    const processes = facts.processes.map((process) => ({ ...process, noNewPrivileges: true }))
    const found = row('NoNewPrivileges', { ...facts, systemd, processes })
    expect(found).toMatchObject({ kind: 'propose', recommended: true })
    expect(found.kind === 'propose' && found.evidence[0]?.text).toMatch(words)
  })
})
