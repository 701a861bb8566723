import { describe, expect, it } from 'vitest'
import { list, service } from '../../../../src/catalog/common/proposal.ts'
import { takingOut } from '../../../../src/catalog/common/squeeze.ts'
import type { Proposed } from '../../../../src/catalog/common/types.ts'
import { asFound, isSameOffer } from '../../../../src/session/stage/same-offer.ts'
import { type StageWork, UNTOUCHED } from '../../../../src/session/stage/stage-work.ts'
import { emptyFacts } from '../../catalog/build-facts.ts'

const row = (more: Partial<Proposed> = {}): Proposed => ({
  kind: 'propose',
  assignments: [service('ProtectHome', 'yes')],
  value: 'yes',
  evidence: [],
  recommended: true,
  ...more,
})

function stage(rows: Record<string, Proposed>, ticked = Object.keys(rows)): StageWork {
  return {
    stage: 'filesystem',
    facts: emptyFacts(),
    proposals: [],
    current: new Map(Object.entries(rows)),
    ticked: new Set(ticked),
    ...UNTOUCHED,
  }
}

const wish = (why: string) => ({ path: '/srv/x', user: 'www-data', why })

describe('a stage that was proven ahead is the same as the one found', () => {
  it.each<[string, StageWork, StageWork, boolean]>([
    ['with other evidence', stage({ A: row() }), stage({ A: row({ evidence: [] }) }), true],
    [
      'with another reason for an owner',
      stage({ A: row({ ownership: [wish('one')] }) }),
      stage({ A: row({ ownership: [wish('other')] }) }),
      true,
    ],
    ['but for a value', stage({ A: row() }), stage({ A: row({ assignments: [service('X', 'no')] }) }), false],
    ['but for a row', stage({ A: row() }), stage({ A: row(), B: row() }, ['A']), false],
    ['but for a tick', stage({ A: row() }), stage({ A: row() }, []), false],
    [
      'but for an owner',
      stage({ A: row({ ownership: [wish('one')] }) }),
      stage({ A: row({ ownership: [{ ...wish('one'), user: 'daemon' }] }) }),
      false,
    ],
    [
      'but for a value that could be tighter',
      stage({ A: row({ assignments: list('A', ['x', 'y']) }) }),
      stage({ A: row({ assignments: list('A', ['x', 'y']), squeezes: [takingOut('A', 'x')] }) }),
      false,
    ],
  ])('%s', (_, one, other, same) => {
    expect(isSameOffer(one, other)).toBe(same)
    expect(isSameOffer(other, one)).toBe(same)
  })
})

describe('the stage at which the walk arrives', () => {
  it('keeps what clones changed, and says of the other rows what was seen on the host', () => {
    const begun = stage({ A: row({ value: 'a' }), B: row({ value: 'b' }) })
    const now = { ...begun, current: new Map([...begun.current, ['A', row({ value: 'tighter' })]]) }
    const found = stage({ A: row({ value: 'a' }), B: row({ value: 'b' }) })
    const { current } = asFound(now, begun, found)
    expect(current.get('A')?.value).toBe('tighter')
    expect(current.get('B')).toBe(found.current.get('B'))
  })
})
