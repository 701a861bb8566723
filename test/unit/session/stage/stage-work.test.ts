import { describe, expect, it } from 'vitest'
import { service } from '../../../../src/catalog/common/proposal.ts'
import type { Directive, Proposed } from '../../../../src/catalog/common/types.ts'
import { YES_NO } from '../../../../src/catalog/common/values.ts'
import { relax } from '../../../../src/session/proof/loosen.ts'
import {
  asChosen,
  beginStage,
  chosenAssignments,
  predicted,
  rowsOf,
  type StageWork,
  tickAll,
  toAlternative,
  toggle,
  UNTOUCHED,
} from '../../../../src/session/stage/stage-work.ts'
import { emptyFacts, GROUPS, process, STOCK } from '../../catalog/build-facts.ts'

const facts = { ...emptyFacts(), processes: [process(1, 0, { isMain: true })], syscallGroups: GROUPS }
facts.unit.properties = STOCK

/** A stage of two rows: a bounding set with a ladder, and a toggle. */
function work(): StageWork {
  const row = (key: string, more: Partial<Proposed>) => {
    const directive: Directive = {
      key,
      takes: YES_NO,
      stage: 'capabilities',
      since: 1,
      what: '',
      breaks: '',
      wins: '',
      propose: () => result,
    }
    const result: Proposed = {
      kind: 'propose',
      assignments: [],
      value: '',
      evidence: [],
      recommended: true,
      ...more,
    }
    return { directive, result }
  }
  const tight = [service('CapabilityBoundingSet', ''), service('CapabilityBoundingSet', 'CAP_KILL')]
  const loose = [service('CapabilityBoundingSet', ''), service('CapabilityBoundingSet', 'CAP_KILL CAP_CHOWN')]
  const rungs = [
    { value: 'tight', assignments: tight },
    { value: 'loose', assignments: loose },
  ]
  const proposals = [
    row('CapabilityBoundingSet', { value: 'tight', assignments: tight, ladder: { rungs, at: 0 } }),
    row('NoNewPrivileges', { value: 'yes', assignments: [service('NoNewPrivileges', 'yes')] }),
  ]
  const current = new Map(proposals.map(({ directive, result }) => [directive.key, result]))
  return { stage: 'capabilities', facts, proposals, current, ticked: new Set(current.keys()), ...UNTOUCHED }
}

const written = (one: StageWork | undefined) =>
  one && chosenAssignments(one).map(({ key, value }) => `${key}=${value}`)

describe('rows', () => {
  it('are ticked as recommended, and only what can be written can be ticked', () => {
    const begun = beginStage('capabilities', facts)
    for (const row of rowsOf(begun)) {
      expect(row.ticked).toBe(row.recommended)
      if (row.unavailable) expect(toggle(begun, row.id).ticked).toEqual(begun.ticked)
    }
    expect(tickAll(begun, true).ticked.size).toBe(begun.current.size)
    expect(chosenAssignments(tickAll(begun, false))).toEqual([])
  })

  it('toggle there and back, and leave the work before as it was', () => {
    const before = work()
    const off = toggle(before, 'NoNewPrivileges')
    expect(off.ticked.has('NoNewPrivileges')).toBe(false)
    expect(before.ticked.has('NoNewPrivileges')).toBe(true)
    expect(toggle(off, 'NoNewPrivileges').ticked).toEqual(before.ticked)
    expect(toggle(before, 'Bogus')).toBe(before)
  })

  it('change to their other way and back, and stay as they are without one', () => {
    const before = work()
    const [id, now] = [...before.current][0] as [string, Proposed]
    const other: Proposed = { ...now, value: 'other', assignments: [service(id, 'CAP_KILL')] }
    const both = { ...before, current: new Map([...before.current, [id, { ...now, other }]]) }
    const changed = toAlternative(both, id)
    expect(changed.current.get(id)).toMatchObject({ value: 'other', other: { value: now.value } })
    expect(rowsOf(changed).find((row) => row.id === id)?.other).toMatch(`${now.value}, exposure `)
    expect(toAlternative(changed, id).current).toEqual(both.current)
    expect(toAlternative(before, id)).toBe(before)
  })

  it('keep their ticks and their ways when they are looked at anew', () => {
    const plain = work()
    const [id, now] = [...plain.current][0] as [string, Proposed]
    const result = { ...now, other: { ...now, value: 'other' } }
    const proposals = plain.proposals.map((one) => (one.directive.key === id ? { ...one, result } : one))
    const anew = { ...plain, proposals, current: new Map([...plain.current, [id, result]]) }
    const chosen = toggle(toAlternative(anew, id), 'NoNewPrivileges')
    for (const fresh of [anew, toAlternative(anew, id)]) {
      const again = asChosen(fresh, chosen)
      expect([again.current.get(id)?.value, [...again.ticked]]).toEqual(['other', [id]])
    }
    expect(asChosen(anew, anew)).toBe(anew)
  })

  it('lower the predicted exposure by what they gain, and not at all when none is ticked', () => {
    const none = tickAll(work(), false)
    const one = toggle(none, 'NoNewPrivileges')
    const gain = rowsOf(none).find(({ id }) => id === 'NoNewPrivileges')?.gain ?? 0
    expect(gain).toBeGreaterThan(0)
    expect(predicted(none) - predicted(one)).toBe(gain)
    expect(predicted(work())).toBeLessThan(predicted(one))
  })
})

describe('a relaxed stage', () => {
  it('widens the row that the remedy names, says so, and leaves the other', () => {
    const relaxed = relax(work(), [{ kind: 'capability', name: 'CAP_CHOWN' }])
    expect(written(relaxed)).toEqual([
      'CapabilityBoundingSet=',
      'CapabilityBoundingSet=CAP_KILL',
      'CapabilityBoundingSet=CAP_CHOWN',
      'NoNewPrivileges=yes',
    ])
    const row = relaxed && rowsOf(relaxed).find(({ id }) => id === 'CapabilityBoundingSet')
    expect(row?.value).toBe('CAP_KILL CAP_CHOWN')
    expect(row?.evidence).toEqual([
      'The trial showed that CAP_CHOWN is needed. It raises the exposure by 0.2.',
    ])
  })

  it('goes down the ladder a step at a time, and unticks the row below the last', () => {
    const down = [{ kind: 'step-down', key: 'CapabilityBoundingSet' }] as const
    const loose = relax(work(), down)
    expect(written(loose)).toContain('CapabilityBoundingSet=CAP_KILL CAP_CHOWN')
    const end = loose && relax(loose, down)
    expect(written(end)).toEqual(['NoNewPrivileges=yes'])
  })

  it('unticks what is to be left out, and keeps it on the list', () => {
    const dropped = relax(work(), [{ kind: 'drop', key: 'NoNewPrivileges' }])
    expect(dropped?.ticked.has('NoNewPrivileges')).toBe(false)
    expect(dropped && rowsOf(dropped)).toHaveLength(2)
  })

  it('is none where no ticked row has to do with the remedy: the same trial is not run twice', () => {
    expect(relax(work(), [])).toBeUndefined()
    expect(relax(work(), [{ kind: 'drop', key: 'UMask' }])).toBeUndefined()
    expect(relax(tickAll(work(), false), [{ kind: 'drop', key: 'NoNewPrivileges' }])).toBeUndefined()
  })

  it('ends: the same remedy again and again takes the row away', () => {
    let next: StageWork | undefined = work()
    let rounds = 0
    while (next !== undefined && rounds < 10) {
      next = relax(next, [{ kind: 'capability', name: 'CAP_CHOWN' }])
      rounds += 1
    }
    expect(rounds).toBeLessThan(5)
  })
})
