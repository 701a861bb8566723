import type { Ladder, Proposed, Rung } from './types.ts'

/** A value in words for a row: "@system-service without @privileged", "strict, /run read-only (relaxed)". */
export function valueText({ value, without = [], readOnly = [], relaxed }: Rung): string {
  const less = without.length === 0 ? '' : ` without ${without.join(' ')}`
  const closed = readOnly.map((path) => `, ${path} read-only`).join('')
  return `${value}${less}${closed}${relaxed === true ? ' (relaxed)' : ''}`
}

/** The value that a proposal has now. */
export function rungOf({ assignments, value, without, readOnly, relaxed }: Proposed): Rung {
  return {
    assignments,
    value,
    ...(without === undefined ? {} : { without }),
    ...(readOnly === undefined ? {} : { readOnly }),
    ...(relaxed === undefined ? {} : { relaxed }),
  }
}

/** The proposal with another value, all else as it was. */
export function withValue(proposed: Proposed, rung: Rung, ladder: Ladder | undefined): Proposed {
  const { without: _, readOnly: __, relaxed: ___, ladder: ____, ...rest } = proposed
  return { ...rest, ...rung, ...(ladder === undefined ? {} : { ladder }) }
}

/** A value that is not on the ladder, so the values above and below it are unknown. */
export function offLadder({ ladder }: Proposed): Ladder | undefined {
  return ladder && { rungs: ladder.rungs }
}

/**
 * The proposal one rung tighter or looser. Undefined if there is no such rung, or the proposal is not on the ladder.
 */
export function oneRung(proposed: Proposed, way: 'tighter' | 'looser'): Proposed | undefined {
  const { ladder } = proposed
  if (ladder?.at === undefined) return undefined
  const at = ladder.at + (way === 'tighter' ? -1 : 1)
  const rung = ladder.rungs[at]
  return rung && withValue(proposed, rung, { ...ladder, at })
}
