import { isDeepStrictEqual } from 'node:util'
import { applyRemedy, type Remedy } from '../../catalog/common/remedy.ts'
import type { OwnershipWish, Proposed } from '../../catalog/common/types.ts'
import type { Change } from '../../trial/transaction/trial.ts'
import { searchBreaking } from '../stage/bisect.ts'
import { changeOf, type StageWork, tickedInOrder } from '../stage/stage-work.ts'
import type { Proof } from '../walk/state.ts'
import { allBrokeAlike } from './doubt.ts'
import { relaxPrecisely } from './loosen.ts'
import { searchMissing } from './missing.ts'
import { nextTighter, tightest } from './tighten.ts'
import {
  CONTROL,
  changeKey,
  jobFor,
  type ProofJob,
  type Proofs,
  type Verdict,
  verdictOf,
} from './verdicts.ts'

export function setVerdict(work: StageWork, proofs: Proofs): Verdict | undefined {
  return verdictOf(proofs, changeOf(work))
}

/** The one log of the kernel records all killed calls: two clones that try filters would read each other's. */
function isExclusive({ assignments }: Change): boolean {
  return assignments.some(({ key }) => key.startsWith('SystemCall'))
}

export function changeOfProposed({ assignments, ownership = [], account }: Proposed): Change {
  return { assignments, ownership, ...(account === undefined ? {} : { account }) }
}

export function changeOfRow(work: StageWork, id: string): Change | undefined {
  const proposed = work.current.get(id)
  return proposed && changeOfProposed(proposed)
}

/**
 * Bisects a set that breaks although each row holds alone: in the catalog's order it begins to break with one row.
 * Returns the next part to ask for, or that row.
 */
export function searchCulprit(work: StageWork, proofs: Proofs): { ask: Change } | { culprit: string } {
  const ids = tickedInOrder(work)
  const part = (count: number) => changeOf(work, new Set(ids.slice(0, count)))
  const next = searchBreaking(ids.length, (first) => verdictOf(proofs, part(first))?.holds)
  return 'ask' in next ? { ask: part(next.ask) } : { culprit: ids[next.breaks] as string }
}

/** Ticked rows without a verdict yet, each alone. */
function rowsToAsk(work: StageWork, proofs: Proofs, ids: Iterable<string>): ProofJob[] {
  return [...ids].flatMap((id) => {
    const change = changeOfRow(work, id)
    return change === undefined || verdictOf(proofs, change) !== undefined ? [] : [jobFor('row', change)]
  })
}

/** A row that was unticked after its set held is proven already. */
function untickedToAsk(work: StageWork, proofs: Proofs): ProofJob[] {
  const ids = [...work.current.keys()].filter(
    (id) => !work.ticked.has(id) && isWanted(work, proofs, id) && !inSetThatHeld(work, proofs, id),
  )
  return rowsToAsk(work, proofs, ids)
}

function isWanted({ current }: StageWork, { isUnseen = false }: Proofs, id: string): boolean {
  return !isUnseen || current.get(id)?.tickIfProven === true
}

/**
 * The ticked rows with all of their tighter values at once, which mostly hold: one question instead of one for each. It
 * is the first question of a stage, and if it breaks, the values are tried one by one.
 */
function tightestToAsk(work: StageWork, proofs: Proofs): ProofJob[] {
  if (proofs.verdicts.size > 0 || work.insisted.size > 0) return []
  const all = tightest(work)
  return all === work ? [] : [jobFor('tightest', changeOf(all))]
}

/**
 * The next tighter value of each ticked row that is proven so far. Once it is known that not all of them hold together,
 * they are asked beside the set.
 */
function rungsToAsk(work: StageWork, proofs: Proofs): ProofJob[] {
  const isKnown = proofs.verdicts.size === 1 && [...proofs.verdicts.values()].every(isOfTightest)
  return [...work.ticked].flatMap((id) => {
    const tighter = nextTighter(work, id)
    if (tighter === undefined || !(isKnown || isProven(work, proofs, id))) return []
    const change = changeOfProposed(tighter)
    return verdictOf(proofs, change) === undefined ? [jobFor('rung', change)] : []
  })
}

export function brokenTogether(
  work: StageWork,
  proofs: Proofs,
): Extract<Verdict, { holds: false }> | undefined {
  const set = setVerdict(work, proofs)
  if (set?.holds !== false || work.ticked.size < 2) return undefined
  return [...work.ticked].every((id) => isProven(work, proofs, id)) ? set : undefined
}

function partsToAsk(work: StageWork, proofs: Proofs): ProofJob[] {
  if (brokenTogether(work, proofs) === undefined) return []
  const next = searchCulprit(work, proofs)
  return 'ask' in next && verdictOf(proofs, next.ask) === undefined ? [jobFor('part', next.ask)] : []
}

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

function withGiven(now: Proposed, given: readonly Remedy[]): Proposed {
  const assignments = given.reduce((lines, one) => applyRemedy(lines, one) ?? lines, now.assignments)
  return { ...now, assignments }
}

/** The row breaks alone, and no known remedy helps. */
export function isLost(work: StageWork, proofs: Proofs, id: string): boolean {
  const change = work.ticked.has(id) && !work.insisted.has(id) ? changeOfRow(work, id) : undefined
  const verdict = change && verdictOf(proofs, change)
  return verdict?.holds === false && relaxPrecisely(work, id, verdict.remedies) === undefined
}

/** The next values with something given back, of ticked rows that break alone. */
function givenToAsk(work: StageWork, proofs: Proofs): ProofJob[] {
  if (controlState(work, proofs) !== 'settled') return []
  return [...work.ticked].flatMap((id) => {
    const now = work.current.get(id)
    const next = now && isLost(work, proofs, id) ? searchLacking(work, proofs, id) : undefined
    return now && next && 'ask' in next ? [jobFor('given', changeOfProposed(withGiven(now, next.ask)))] : []
  })
}

function isOfTightest(verdict: Verdict): boolean {
  return verdict.holds !== undefined && verdict.of === 'tightest'
}

/** The ticked set, and once it broke, its rows alone. */
function tickedToAsk(work: StageWork, proofs: Proofs): { set: ProofJob[]; alone: ProofJob[] } {
  const change = changeOf(work)
  const verdict = verdictOf(proofs, change)
  const alone = verdict?.holds === false ? rowsToAsk(work, proofs, work.ticked) : []
  const open = alone.length + rungsToAsk(work, proofs).length > 0
  // What the tightest values cost shows only beside the set.
  const first = [...proofs.verdicts.values()].every(isOfTightest) || !open
  const wanted = work.ticked.size > 0 && verdict === undefined && first
  return { set: wanted ? [jobFor('set', change)] : [], alone }
}

/** The smaller sets that were tried to find the row that breaks the set. */
function partsAsked(work: StageWork, proofs: Proofs): Verdict[] {
  const ids = tickedInOrder(work)
  return ids
    .slice(2)
    .flatMap((_, index) => verdictOf(proofs, changeOf(work, new Set(ids.slice(0, index + 2)))) ?? [])
}

/**
 * If everything broke alike (all rows, or a set and all its parts), the unhardened service is played again before a row
 * is blamed. open: it is not known yet whether all did.
 */
export function controlState(work: StageWork, proofs: Proofs): 'settled' | 'open' | 'wanted' {
  if (proofs.verdicts.has(CONTROL.key)) return 'settled'
  const set = setVerdict(work, proofs)
  if (allBrokeAlike([...proofs.verdicts.values()])) {
    const { set: again, alone } = tickedToAsk(work, proofs)
    if (alone.length + again.length > 0) return 'open'
    return [...work.ticked].some((id) => isLost(work, proofs, id)) ? 'wanted' : 'settled'
  }
  const parts = set?.holds === false ? partsAsked(work, proofs) : []
  const blames = parts.length > 0 && 'culprit' in searchCulprit(work, proofs)
  return blames && set && allBrokeAlike([set, ...parts]) ? 'wanted' : 'settled'
}

/**
 * The remaining jobs for clones, the most urgent first. The ticked set comes first, since Enter waits for it: if it
 * holds, every row in it holds. If it breaks, its rows are tried alone, and if each holds alone, parts of it. Unticked
 * rows and tighter values run beside; a set that they changed is tried when they are done. `isFrozen`: only the set as
 * it stands is of use.
 */
export function proofJobs(work: StageWork, proofs: Proofs, isFrozen = false): ProofJob[] {
  if (proofs.unprovable !== undefined) return []
  const first = isFrozen ? [] : tightestToAsk(work, proofs)
  if (first.length > 0) return first
  const { set, alone } = tickedToAsk(work, proofs)
  const control = controlState(work, proofs) === 'wanted' ? [CONTROL] : []
  const given = givenToAsk(work, proofs)
  const beside = [...rungsToAsk(work, proofs), ...untickedToAsk(work, proofs)]
  return [...control, ...set, ...alone, ...given, ...partsToAsk(work, proofs), ...beside]
}

/** The next job for a free clone, if one may run beside the running jobs. */
export function nextJob(
  work: StageWork,
  proofs: Proofs,
  running: readonly ProofJob[],
  isFrozen = false,
): ProofJob | undefined {
  const exclusive = running.some(({ change }) => isExclusive(change))
  return proofJobs(work, proofs, isFrozen).find(
    ({ key, of, change }) =>
      !proofs.running.has(key) && !(exclusive && isExclusive(change)) && !(isFrozen && of !== 'set'),
  )
}

export function allAnswered(work: StageWork, proofs: Proofs): boolean {
  return proofs.running.size === 0 && proofJobs(work, proofs).length === 0
}

function asProof(verdict: Verdict): Proof {
  if (verdict.holds === undefined) return { state: 'unprovable', reason: verdict.why }
  if (!verdict.holds) return { state: 'breaks', reason: verdict.reason }
  const [refused] = verdict.refused
  const oddity = verdict.oddities?.[0] ?? (refused && `its log says ${refused}`)
  return { state: 'proven', ...(oddity === undefined ? {} : { oddity }) }
}

/** The ticked rows as a whole. */
export function setProof(work: StageWork, proofs: Proofs): Proof {
  if (proofs.unprovable !== undefined) return { state: 'unprovable', reason: proofs.unprovable }
  if (work.ticked.size === 0) return { state: 'none' }
  const verdict = setVerdict(work, proofs)
  if (verdict?.holds === false && controlState(work, proofs) !== 'settled') return { state: 'proving' }
  if (verdict !== undefined) return asProof(verdict)
  return { state: proofs.running.has(changeKey(changeOf(work))) ? 'proving' : 'waiting' }
}

/** A row alone, or as part of a set that held. A broken row keeps its reason after it was unticked for it. */
export function rowProof(work: StageWork, proofs: Proofs, id: string): Proof {
  if (proofs.unprovable !== undefined) return { state: 'unprovable', reason: proofs.unprovable }
  const broken = work.broken.get(id)
  if (broken !== undefined) return { state: 'breaks', reason: broken }
  const change = changeOfRow(work, id)
  if (change === undefined) return { state: 'none' }
  const alone = verdictOf(proofs, change)
  if (alone?.holds === false && isUndecided(work, proofs, id)) return { state: 'proving' }
  if (alone !== undefined) return asProof(alone)
  if (inSetThatHeld(work, proofs, id)) return { state: 'proven' }
  const set = work.ticked.has(id) ? changeKey(changeOf(work)) : ''
  return { state: proofs.running.has(changeKey(change)) || proofs.running.has(set) ? 'proving' : 'waiting' }
}

/** It held alone, or in a set. */
function isProven(work: StageWork, proofs: Proofs, id: string): boolean {
  const change = work.broken.has(id) ? undefined : changeOfRow(work, id)
  const alone = change && verdictOf(proofs, change)
  return alone === undefined ? change !== undefined && inSetThatHeld(work, proofs, id) : alone.holds === true
}

/** It broke, but it is not clear yet whether the row is the cause, or what it lacks. */
export function isUndecided(work: StageWork, proofs: Proofs, id: string): boolean {
  if (!isLost(work, proofs, id)) return false
  const lacking = searchLacking(work, proofs, id)
  return controlState(work, proofs) !== 'settled' || (lacking !== undefined && 'ask' in lacking)
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
function inSetThatHeld(work: StageWork, proofs: Proofs, id: string): boolean {
  const own = changeOfRow(work, id)
  if (own === undefined) return false
  return [...proofs.verdicts.values()].some(
    (verdict) => verdict.holds === true && isPartOf(own, verdict.change),
  )
}
