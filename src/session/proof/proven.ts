import { isDeepStrictEqual } from 'node:util'
import type { OwnershipWish, Proposed } from '../../catalog/common/types.ts'
import type { Change } from '../../trial/transaction/trial.ts'
import { changeOf, type StageWork } from '../stage/stage-work.ts'
import { type Proofs, type Verdict, verdictOf } from './verdicts.ts'

export function setVerdict(work: StageWork, proofs: Proofs): Verdict | undefined {
  return verdictOf(proofs, changeOf(work))
}

export function changeOfProposed({ assignments, ownership = [], account }: Proposed): Change {
  return { assignments, ownership, ...(account === undefined ? {} : { account }) }
}

export function changeOfRow(work: StageWork, id: string): Change | undefined {
  const proposed = work.current.get(id)
  return proposed && changeOfProposed(proposed)
}

/** It held alone, or in a set. */
export function isProven(work: StageWork, proofs: Proofs, id: string): boolean {
  const change = work.broken.has(id) ? undefined : changeOfRow(work, id)
  const alone = change && verdictOf(proofs, change)
  return alone === undefined ? change !== undefined && inSetThatHeld(work, proofs, id) : alone.holds === true
}

/** The reason for a wish does not make it another wish. */
function isSameWish({ why: _, ...one }: OwnershipWish, { why: __, ...other }: OwnershipWish): boolean {
  return isDeepStrictEqual(one, other)
}

function isPartOf(part: Change, whole: Change): boolean {
  return (
    part.assignments.every((one) => whole.assignments.some((other) => isDeepStrictEqual(one, other))) &&
    part.ownership.every((one) => whole.ownership.some((other) => isSameWish(one, other)))
  )
}

/** Its lines were in a set that held: the proof of the set covers the row. */
export function inSetThatHeld(work: StageWork, proofs: Proofs, id: string): boolean {
  const own = changeOfRow(work, id)
  if (own === undefined) return false
  return [...proofs.verdicts.values()].some(
    (verdict) => verdict.holds === true && isPartOf(own, verdict.change),
  )
}
