import { isDeepStrictEqual } from 'node:util'
import type { Proposed } from '../../catalog/common/types.ts'
import type { StageWork } from './stage-work.ts'

/** What decides about a row's proofs; the evidence may be told in other words. */
function offerOf({ assignments, ownership = [], account, tickIfProven, squeezes, ladder }: Proposed) {
  return {
    assignments,
    ownership: ownership.map(({ why: _, ...wish }) => wish),
    account: account?.name,
    tickIfProven,
    squeezes: squeezes?.map(({ word }) => word),
    rungs: ladder?.rungs.map((rung) => rung.assignments),
    at: ladder?.at,
  }
}

/** Both offer the same rows with the same values, the same of them ticked. */
export function isSameOffer(one: StageWork, other: StageWork): boolean {
  const offers = ({ stage, current, ticked }: StageWork) => ({
    stage,
    rows: [...current].map(([id, row]) => [id, offerOf(row)]),
    ticked: [...ticked].sort(),
  })
  return isDeepStrictEqual(offers(one), offers(other))
}

/**
 * The stage as it was `found` on its host, with what verdicts have changed since it was `begun` ahead: a row that none
 * changed says what was seen on the host.
 */
export function asFound(now: StageWork, begun: StageWork, found: StageWork): StageWork {
  const current = [...now.current].map(
    ([id, row]) => [id, row === begun.current.get(id) ? (found.current.get(id) ?? row) : row] as const,
  )
  return { ...now, facts: found.facts, proposals: found.proposals, current: new Map(current) }
}
