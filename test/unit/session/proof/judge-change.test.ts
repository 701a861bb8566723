import { describe, expect, it } from 'vitest'
import { type Told, together } from '../../../../src/session/proof/judge-change.ts'

const change = { assignments: [], ownership: [] }
const held = (...refused: string[]): Told => ({
  verdict: { holds: true, refused, of: 'set', change },
  isUnsure: false,
  isTraced: false,
})
const broke = (reason: string): Told => ({
  verdict: { holds: false, reason, journal: [], remedies: [], undone: [] },
  isUnsure: false,
  isTraced: true,
})

describe('two clones that played a part of the steps each', () => {
  it('hold only if both do, and complain of what either was refused', () => {
    expect(together(held('a', 'b'), held('b', 'c')).verdict).toMatchObject({
      holds: true,
      refused: ['a', 'b', 'c'],
    })
  })

  it.each([
    ['the first', broke('at a restart'), held(), 'at a restart'],
    ['the other', held(), broke('at a stop'), 'at a stop'],
    ['both', broke('at a restart'), broke('at a stop'), 'at a restart'],
  ])('break where %s does, for its reason', (_, one, other, reason) => {
    expect(together(one, other).verdict).toMatchObject({ holds: false, reason })
  })
})
