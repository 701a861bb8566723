import { changeOf, type StageWork } from '../stage/stage-work.ts'
import { isLost, searchLacking } from './lacking.ts'
import { dropCulprit, giveBack, loosenRow, loosenSet } from './loosen.ts'
import { brokenTogether, controlState, isUndecided, searchCulprit } from './proof-plan.ts'
import { changeOfProposed, changeOfRow, setVerdict } from './proven.ts'
import { climb, leaveNamed, nextTighter, settleNamed, tightest } from './tighten.ts'
import { CONTROL, type Proofs, type Verdict, verdictOf } from './verdicts.ts'

/**
 * A tighter value must cost the service nothing, even if it survives: it may complain only about refusals that are there
 * without the stage, or that the proposal causes too.
 */
function newRefusal(proofs: Proofs, refused: readonly string[]): string | undefined {
  const known = [...proofs.verdicts.values()].flatMap((verdict) =>
    verdict.holds === true && verdict.of !== 'rung' && verdict.of !== 'tightest' ? verdict.refused : [],
  )
  const fresh = refused.find((line) => !known.includes(line) && !proofs.known?.includes(line))
  return fresh && `its log says ${fresh}`
}

function applyBroken(
  work: StageWork,
  proofs: Proofs,
  id: string,
  verdict: Extract<Verdict, { holds: false }>,
): StageWork {
  if (work.insisted.has(id) || isUndecided(work, proofs, id)) return work
  const lacking = isLost(work, proofs, id) ? searchLacking(work, proofs, id) : undefined
  if (lacking !== undefined && 'give' in lacking) return giveBack(work, id, lacking.give)
  return loosenRow(work, id, verdict)
}

/**
 * All tighter values at once, if they held together and cost the service nothing. If they broke and the break names a
 * part, all but that part are next.
 */
function applyTightest(start: StageWork, proofs: Proofs): StageWork {
  if (start.insisted.size > 0) return start
  for (let work = start; ; ) {
    const all = tightest(work)
    const verdict = all === work ? undefined : verdictOf(proofs, changeOf(all))
    if (verdict?.holds === true)
      return newRefusal(proofs, verdict.refused) === undefined ? settleNamed(all) : work
    const next = verdict?.holds === false ? leaveNamed(work, verdict.remedies, verdict.reason) : work
    if (next === work) return work
    work = next
  }
}

function applyToRow(work: StageWork, proofs: Proofs, id: string): StageWork {
  const change = changeOfRow(work, id)
  const verdict = change && verdictOf(proofs, change)
  if (!work.ticked.has(id)) {
    const mayBeTicked = work.current.get(id)?.tickIfProven === true && !work.decided.has(id)
    if (verdict?.holds !== true || !mayBeTicked) return work
    return { ...work, ticked: new Set([...work.ticked, id]), decided: new Set([...work.decided, id]) }
  }
  if (verdict?.holds === false) return applyBroken(work, proofs, id, verdict)
  const tighter = nextTighter(work, id)
  const tried = tighter && verdictOf(proofs, changeOfProposed(tighter))
  if (tried === undefined || tried.holds === undefined) return work
  return climb(work, id, tried.holds ? newRefusal(proofs, tried.refused) : tried.reason)
}

/** Loosens a set that broke: gives back the missing right, or removes the row that begins to break it. */
function applyToSet(work: StageWork, proofs: Proofs): StageWork {
  const set = setVerdict(work, proofs)
  if (set?.holds !== false || work.insisted.size > 0) return work
  const loosened = loosenSet(work, set.remedies)
  if (loosened !== work || brokenTogether(work, proofs) === undefined) return loosened
  if (controlState(work, proofs) !== 'settled') return work
  const found = searchCulprit(work, proofs)
  return 'culprit' in found ? dropCulprit(work, found.culprit, set.reason) : work
}

/**
 * Applies verdicts to the stage: a row that broke gets the missing right or a step of its ladder, and is unticked if
 * neither helps; a tighter value that held becomes the proposal. The same work if nothing changes.
 */
export function applyVerdicts(start: StageWork, proofs: Proofs): StageWork {
  if (proofs.verdicts.get(CONTROL.key)?.holds === false) return start
  const once = (given: StageWork) =>
    applyToSet(
      [...given.current.keys()].reduce((next, id) => applyToRow(next, proofs, id), given),
      proofs,
    )
  let work = applyTightest(start, proofs)
  for (let next = once(work); next !== work; next = once(work)) work = next
  return work
}
