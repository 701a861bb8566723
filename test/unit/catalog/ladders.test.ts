import { describe, expect, test } from 'vitest'
import { offLadder, rungOf, valueText, withValue } from '../../../src/catalog/common/ladder.ts'
import { oneStepDown } from '../../../src/catalog/common/relax.ts'
import { brokeWithout, heldWithout, squeezed } from '../../../src/catalog/common/squeeze.ts'
import type { Assignment, Directive, Proposed, Squeeze } from '../../../src/catalog/common/types.ts'
import { STAGES } from '../../../src/catalog/common/types.ts'
import { proposalsFor } from '../../../src/catalog/index.ts'
import type { Facts } from '../../../src/observe/facts.ts'
import { exposure } from '../../../src/systemd/exposure/exposure.ts'
import { applyAssignments, type Settings, settingsFromShow } from '../../../src/systemd/settings/settings.ts'
import { listening } from './build-facts.ts'
import { proposal, text } from './rows.ts'
import { apacheLike, httpdLike, javaLike, SERVICES } from './services.ts'

function loaded(facts: Facts, assignments: readonly Assignment[]): Settings {
  return applyAssignments(settingsFromShow(facts.unit.properties), assignments, facts.syscallGroups)
}

function score(facts: Facts, assignments: readonly Assignment[]): number {
  return exposure(loaded(facts, assignments), facts).score
}

interface Case {
  name: string
  facts: Facts
  directive: Directive
  proposed: Proposed
}

function asksNetlink(): Facts {
  const facts = apacheLike()
  facts.sockets.push(listening('AF_NETLINK', 'NETLINK_ROUTE', 0, [10]))
  return facts
}

const CASES: Case[] = Object.entries({ ...SERVICES, 'one that asks netlink': asksNetlink }).flatMap(
  ([service, build]) =>
    STAGES.flatMap((stage) => {
      const facts = build()
      return proposalsFor(stage, facts).flatMap(({ directive, result }) =>
        result.kind === 'propose'
          ? [{ name: `${service} ${directive.key}`, facts, directive, proposed: result }]
          : [],
      )
    }),
)

describe.each(CASES.filter(({ proposed }) => proposed.ladder))('the ladder of $name', (one) => {
  const { facts, proposed } = one
  const { rungs = [], at = -1 } = proposed.ladder ?? {}
  test('holds the proposal, and no value twice', () => {
    const values = rungs.map(valueText)
    expect(new Set(values).size).toBe(values.length)
    expect(rungs[at]).toEqual(rungOf(proposed))
  })
  test('scores no worse the tighter it is', () => {
    const scores = rungs.map(({ assignments }) => score(facts, assignments))
    expect(scores).toEqual([...scores].sort((a, b) => a - b))
  })
  test('holds no rung that leaves things as they are', () => {
    const before = loaded(facts, [])
    for (const { assignments } of rungs) expect(loaded(facts, assignments)).not.toEqual(before)
  })
})

/** What a list allows, by what systemd would load. */
function allowed(facts: Facts, { key }: Squeeze, assignments: readonly Assignment[]): readonly string[] {
  return loaded(facts, assignments)[key] ?? []
}

const SQUEEZED = CASES.flatMap((one) => (one.proposed.squeezes ?? []).map((squeeze) => ({ ...one, squeeze })))

describe.each(SQUEEZED.map((one) => ({ ...one, name: `${one.name} without ${one.squeeze.label}` })))(
  '$name',
  ({ facts, directive, proposed, squeeze }) => {
    const next = squeezed(proposed, squeeze) as Proposed
    test('is strictly less, with a value of its own, and scores no worse', () => {
      const [before, after] = [proposed, next].map(({ assignments }) => allowed(facts, squeeze, assignments))
      expect(after?.length).toBeLessThan(before?.length ?? 0)
      expect(before).toEqual(expect.arrayContaining([...(after ?? [])]))
      expect(valueText(next)).not.toBe(valueText(proposed))
      expect(score(facts, next.assignments)).toBeLessThanOrEqual(score(facts, proposed.assignments))
    })
    test('is given back by a step down, and is not done twice', () => {
      const down = oneStepDown(directive, next)
      expect(down && rungOf(down)).toEqual(rungOf(proposed))
      expect(squeezed(next, squeeze)).toBeUndefined()
    })
  },
)

test('there are squeezes to be held to this', () => {
  const keys = new Set(SQUEEZED.map(({ squeeze }) => squeeze.key))
  expect([...keys].sort()).toEqual(['CapabilityBoundingSet', 'RestrictAddressFamilies', 'SystemCallFilter'])
})

function all(proposed: Proposed, squeezes: readonly Squeeze[]): Proposed {
  return squeezes.reduce((now, squeeze) => squeezed(now, squeeze) ?? now, proposed)
}

describe('several squeezes', () => {
  test('come to the same in any order, and are given back one by one', () => {
    const proposed = proposal('CapabilityBoundingSet', httpdLike())
    const squeezes = proposed.squeezes ?? []
    const forth = all(proposed, squeezes)
    const back = all(proposed, [...squeezes].reverse())
    expect(text(forth.assignments)).toEqual([
      'CapabilityBoundingSet=',
      'CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_SETGID CAP_SETUID',
    ])
    expect(back.assignments).toEqual(forth.assignments)
    expect(forth.ladder?.rungs).toHaveLength(squeezes.length + 1)
    expect(forth.ladder?.rungs.at(-1)?.value).toBe(proposed.value)
  })

  test('of a filter: the value names each', () => {
    const proposed = proposal('SystemCallFilter', javaLike())
    const next = all(proposed, proposed.squeezes ?? [])
    expect(valueText(next)).toBe('@system-service without @privileged @resources @keyring @aio')
    expect(text(next.assignments).slice(-2)).toEqual(['SystemCallFilter=~@keyring', 'SystemCallFilter=~@aio'])
    expect(next.ladder?.rungs.at(-1)).toEqual({ value: '@system-service', assignments: expect.anything() })
  })

  test('of a relaxed row: what was given stays, and only what was squeezed is given back', () => {
    const proposed = proposal('CapabilityBoundingSet', httpdLike())
    const more = { section: 'Service' as const, key: 'CapabilityBoundingSet', value: 'CAP_FOWNER' }
    const rung = { ...rungOf(proposed), assignments: [...proposed.assignments, more] }
    const relaxed = withValue(proposed, rung, offLadder(proposed))
    const next = all(relaxed, proposed.squeezes ?? [])
    expect(next.value).toBe('CAP_NET_BIND_SERVICE CAP_SETGID CAP_SETUID CAP_FOWNER')
    expect(next.ladder?.rungs.at(-1)).toEqual(rung)
  })
})

const path: Squeeze = { key: 'ReadWritePaths', how: 'take-out', word: '-/run/my\\ x', label: '/run/my x' }
const family: Squeeze = { ...path, key: 'RestrictAddressFamilies', word: 'AF_UNIX', label: 'AF_UNIX' }

function holding(...lines: [string, string][]): Proposed {
  const assignments = lines.map(([key, value]) => ({ section: 'Service' as const, key, value }))
  return { kind: 'propose', value: 'strict', assignments, evidence: [], recommended: true }
}

describe('a word that is taken out', () => {
  test('may hold a blank, and the row says that its path is read-only', () => {
    const strict = holding(['ReadWritePaths', ''], ['ReadWritePaths', '-/run/my\\ x /y'])
    const next = squeezed(strict, path)
    expect(text(next?.assignments ?? [])).toEqual(['ReadWritePaths=', 'ReadWritePaths=/y'])
    expect(next && valueText(next)).toBe('strict, /run/my x read-only')
  })
  test('leaves no empty line, which would be a reset', () => {
    const strict = holding(
      ['ReadWritePaths', ''],
      ['ReadWritePaths', '/y'],
      ['ReadWritePaths', '-/run/my\\ x'],
    )
    expect(text(squeezed(strict, path)?.assignments ?? [])).toEqual(['ReadWritePaths=', 'ReadWritePaths=/y'])
  })
  test('is never the last family, since none listed is none forbidden', () => {
    expect(
      squeezed(holding(['RestrictAddressFamilies', ''], [family.key, 'AF_UNIX']), family),
    ).toBeUndefined()
  })
  test('must be there', () => expect(squeezed(holding(['ProtectSystem', 'full']), path)).toBeUndefined())
})

test('a filter that is looser by then is squeezed too, one that is gone is not', () => {
  const [squeeze] = proposal('SystemCallFilter', javaLike()).squeezes ?? []
  const plain = { ...holding(['SystemCallFilter', '@system-service']), value: '@system-service' }
  expect(squeeze && squeezed(plain, squeeze)).toMatchObject({
    value: '@system-service',
    without: ['@keyring'],
  })
  expect(squeeze && squeezed(holding(['SystemCallFilter', '']), squeeze)).toBeUndefined()
})

test.each(['keyctl', '~keyctl:EPERM'])(
  'a group is not denied after %s was given by its own name',
  (given) => {
    const [squeeze] = proposal('SystemCallFilter', javaLike()).squeezes ?? []
    const relaxed = holding(
      ['SystemCallFilter', ''],
      ['SystemCallFilter', '@system-service'],
      ['SystemCallFilter', given],
    )
    expect(squeeze && squeezed(relaxed, squeeze)).toBeUndefined()
  },
)

describe('calls to be squeezed', () => {
  test.each<[string, Facts, string[]]>([
    ['what a start script may not do after all', apacheLike(), ['@chown', '@keyring', '@aio', 'userfaultfd']],
    ['not what a library of its is for', kerberos(), ['@chown', '@aio', 'userfaultfd']],
    [
      'not what the unit denies already',
      denying('~keyctl add_key request_key'),
      ['@chown', '@aio', 'userfaultfd'],
    ],
  ])('%s', (_, facts, wanted) => {
    expect(proposal('SystemCallFilter', facts).squeezes?.map(({ label }) => label)).toEqual(wanted)
  })
})

function kerberos(): Facts {
  const facts = apacheLike()
  facts.processes[0]?.libraries.push('/usr/lib/x86_64-linux-gnu/libkeyutils.so.1')
  return facts
}

function denying(filter: string): Facts {
  const facts = apacheLike()
  facts.unit.properties.SystemCallFilter = [filter]
  return facts
}

test.each<[Squeeze, boolean, string, string]>([
  [
    { ...family, label: 'CAP_KILL' },
    true,
    'It also runs, reloads, stops and starts without CAP_KILL.',
    'Without CAP_KILL it breaks: the start failed.',
  ],
  [
    path,
    false,
    'It also runs, stops and starts with /run/my x read-only.',
    'With /run/my x read-only it breaks: the start failed.',
  ],
])('$0.label is said in whole sentences', (squeeze, reloads, held, broke) => {
  expect(heldWithout(squeeze, reloads)).toBe(held)
  expect(brokeWithout(squeeze, 'the start failed.')).toBe(broke)
})

test('netlink, where it is seen, goes alone', () => {
  const proposed = proposal('RestrictAddressFamilies', asksNetlink())
  expect(all(proposed, proposed.squeezes ?? []).value).toBe('AF_INET AF_INET6 AF_UNIX')
})
