import type { Change } from '../../trial/transaction/trial.ts'
import { searchBreaking } from '../stage/bisect.ts'
import { changeOf, type StageWork, tickedInOrder } from '../stage/stage-work.ts'
import type { Proof } from '../walk/rows.ts'
import { allBrokeAlike } from './doubt.ts'
import { isLost, searchLacking, withGiven } from './lacking.ts'
import { changeOfProposed, changeOfRow, inSetThatHeld, isProven, setVerdict } from './proven.ts'
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

/** The one log of the kernel records all killed calls: two clones that try filters would read each other's. */
function isExclusive({ assignments }: Change): boolean {
  return assignments.some(({ key }) => key.startsWith('SystemCall'))
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
  const { tickIfProven, isTried } = current.get(id) ?? {}
  return !isUnseen || tickIfProven === true || isTried === true
}

/** How often all tighter values are asked at once, each time with what the time before was missing. */
const MOST_AT_ONCE = 3

/**
 * The ticked rows with all of their tighter values at once, which mostly hold: one question instead of one for each. It
 * is the first question of a stage. If it breaks and the break names a part, all but that part are asked beside the
 * set; else the values are tried one by one.
 */
function tightestToAsk(work: StageWork, proofs: Proofs): ProofJob[] {
  const verdicts = [...proofs.verdicts.values()]
  const atOnce = verdicts.filter(isOfTightest).length
  const others = verdicts.filter((verdict) => !isOfTightest(verdict))
  if (work.insisted.size > 0 || atOnce >= MOST_AT_ONCE) return []
  if (
    atOnce === 0
      ? others.length > 0
      : others.some((verdict) => verdict.holds !== true || verdict.of !== 'set')
  )
    return []
  const all = tightest(work)
  return all === work || verdictOf(proofs, changeOf(all)) !== undefined
    ? []
    : [jobFor('tightest', changeOf(all))]
}

/**
 * The next tighter value of each ticked row that is proven so far. Once it is known that not all of them hold together,
 * they are asked beside the set.
 */
function rungsToAsk(work: StageWork, proofs: Proofs): ProofJob[] {
  if (tightestToAsk(work, proofs).length > 0) return []
  const isKnown = proofs.verdicts.size > 0 && [...proofs.verdicts.values()].every(isOfTightest)
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
  const atOnce = isFrozen ? [] : tightestToAsk(work, proofs)
  if (proofs.verdicts.size === 0 && atOnce.length > 0) return atOnce
  const { set, alone } = tickedToAsk(work, proofs)
  const control = controlState(work, proofs) === 'wanted' ? [CONTROL] : []
  const given = givenToAsk(work, proofs)
  const beside = [...atOnce, ...rungsToAsk(work, proofs), ...untickedToAsk(work, proofs)]
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
  const oddity = verdict.oddities?.[0]
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

/** It broke, but it is not clear yet whether the row is the cause, or what it lacks. */
export function isUndecided(work: StageWork, proofs: Proofs, id: string): boolean {
  if (!isLost(work, proofs, id)) return false
  const lacking = searchLacking(work, proofs, id)
  return controlState(work, proofs) !== 'settled' || (lacking !== undefined && 'ask' in lacking)
}
