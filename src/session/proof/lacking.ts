import { applyRemedy, type Remedy } from '../../catalog/common/remedy.ts'
import type { Proposed } from '../../catalog/common/types.ts'
import type { StageWork } from '../stage/stage-work.ts'
import { relaxPrecisely } from './loosen.ts'
import { searchMissing } from './missing.ts'
import { changeOfProposed, changeOfRow } from './proven.ts'
import { type Proofs, verdictOf } from './verdicts.ts'

/** The missing right of a row that breaks alone without a sign: found by giving rights back. */
export function searchLacking(
  work: StageWork,
  proofs: Proofs,
  id: string,
): ReturnType<typeof searchMissing<Remedy>> {
  const now = work.current.get(id)
  if (now?.mayLack === undefined) return undefined
  return searchMissing(now.mayLack, (given) => {
    const verdict = verdictOf(proofs, changeOfProposed(withGiven(now, given)))
    return verdict && verdict.holds === true
  })
}

export function withGiven(now: Proposed, given: readonly Remedy[]): Proposed {
  const assignments = given.reduce((lines, one) => applyRemedy(lines, one) ?? lines, now.assignments)
  return { ...now, assignments }
}

/** The row breaks alone, and no known remedy helps. */
export function isLost(work: StageWork, proofs: Proofs, id: string): boolean {
  const change = work.ticked.has(id) && !work.insisted.has(id) ? changeOfRow(work, id) : undefined
  const verdict = change && verdictOf(proofs, change)
  return verdict?.holds === false && relaxPrecisely(work, id, verdict.remedies) === undefined
}
