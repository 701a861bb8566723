import { isDeepStrictEqual } from 'node:util'
import type { Remedy } from '../../catalog/common/remedy.ts'
import type { OwnershipWish, Proposed } from '../../catalog/common/types.ts'
import type { Change } from '../../trial/transaction/trial.ts'
import { searchBreaking } from '../stage/bisect.ts'
import { changeOf, type StageWork, tickedInOrder } from '../stage/stage-work.ts'
import type { Proof } from '../walk/state.ts'
import { dropCulprit, loosenRow, loosenSet } from './loosen.ts'
import { climb, nextTighter } from './tighten.ts'

/** What a clone said of one change; `holds: undefined` when no clone could tell. */
export type Verdict =
  | {
      holds: true
      /** What the service says was refused to it meanwhile, numbers left out. */
      refused: readonly string[]
      of: ProofJob['of']
      change: Change
    }
  | {
      holds: false
      reason: string
      /** The few journal lines that matter. */
      journal: string[]
      remedies: readonly Remedy[]
      /** What was done in the clone afterwards. */
      undone: string[]
    }
  | { holds: undefined; why: string }

/** Everything that clones said so far, by the change itself: ticking back and forth asks nothing twice. */
export interface Proofs {
  verdicts: ReadonlyMap<string, Verdict>
  running: ReadonlySet<string>
  /** Why nothing at all can be proven. */
  unprovable?: string
}

export const NO_PROOFS: Proofs = { verdicts: new Map(), running: new Set() }

export interface ProofJob {
  /** For what it is asked, as a screen may say. */
  of: 'set' | 'part' | 'row' | 'rung'
  key: string
  change: Change
}

export function changeKey({ assignments, ownership }: Change): string {
  const lines = assignments.map(({ section, key, value }) => `${section} ${key}=${value}`)
  const files = ownership.map(({ path, user, group = '', mode = '' }) => `${path} ${user} ${group} ${mode}`)
  return [...lines, '', ...files].join('\n')
}

function jobFor(of: ProofJob['of'], change: Change): ProofJob {
  return { of, key: changeKey(change), change }
}

function verdictOf(proofs: Proofs, change: Change): Verdict | undefined {
  return proofs.verdicts.get(changeKey(change))
}

export function setVerdict(work: StageWork, proofs: Proofs): Verdict | undefined {
  return verdictOf(proofs, changeOf(work))
}

/** Calls that a filter kills stand in the kernel's one log: two clones that try filters would read each other's. */
function isExclusive({ assignments }: Change): boolean {
  return assignments.some(({ key }) => key.startsWith('SystemCall'))
}

function changeOfProposed({ assignments, ownership = [], account }: Proposed): Change {
  return { assignments, ownership, ...(account === undefined ? {} : { account }) }
}

function changeOfRow(work: StageWork, id: string): Change | undefined {
  const proposed = work.current.get(id)
  return proposed && changeOfProposed(proposed)
}

/**
 * Bisects a set that breaks though each of its rows holds alone: it begins to break with one row, in the catalog's
 * order. Either the next part to ask for, or that row.
 */
function searchCulprit(work: StageWork, proofs: Proofs): { ask: Change } | { culprit: string } {
  const ids = tickedInOrder(work)
  const part = (count: number) => changeOf(work, new Set(ids.slice(0, count)))
  const next = searchBreaking(ids.length, (first) => verdictOf(proofs, part(first))?.holds)
  return 'ask' in next ? { ask: part(next.ask) } : { culprit: ids[next.breaks] as string }
}

/** Ticked rows that nothing was said of yet, alone. */
function rowsToAsk(work: StageWork, proofs: Proofs, ids: Iterable<string>): ProofJob[] {
  return [...ids].flatMap((id) => {
    const change = changeOfRow(work, id)
    return change === undefined || verdictOf(proofs, change) !== undefined ? [] : [jobFor('row', change)]
  })
}

/** A row that was unticked after its set held is proven already. */
function untickedToAsk(work: StageWork, proofs: Proofs): ProofJob[] {
  const ids = [...work.current.keys()].filter(
    (id) => !work.ticked.has(id) && !inSetThatHeld(work, proofs, id),
  )
  return rowsToAsk(work, proofs, ids)
}

/** The next tighter value of each ticked row that is proven so far. */
function rungsToAsk(work: StageWork, proofs: Proofs): ProofJob[] {
  return [...work.ticked].flatMap((id) => {
    const tighter = nextTighter(work, id)
    if (tighter === undefined || rowProof(work, proofs, id).state !== 'proven') return []
    const change = changeOfProposed(tighter)
    return verdictOf(proofs, change) === undefined ? [jobFor('rung', change)] : []
  })
}

function brokenTogether(work: StageWork, proofs: Proofs): Extract<Verdict, { holds: false }> | undefined {
  const set = setVerdict(work, proofs)
  if (set?.holds !== false || work.ticked.size < 2) return undefined
  return [...work.ticked].every((id) => rowProof(work, proofs, id).state === 'proven') ? set : undefined
}

function partsToAsk(work: StageWork, proofs: Proofs): ProofJob[] {
  if (brokenTogether(work, proofs) === undefined) return []
  const next = searchCulprit(work, proofs)
  return 'ask' in next && verdictOf(proofs, next.ask) === undefined ? [jobFor('part', next.ask)] : []
}

/**
 * What is still to be asked of the clones, the most urgent first. The ticked set comes first, since Enter waits for it:
 * where it holds every row in it does. Where it breaks its rows are asked alone, and where each holds alone, parts of
 * it. Unticked rows and tighter values come beside; a set that they changed is asked when they are through.
 */
export function proofJobs(work: StageWork, proofs: Proofs): ProofJob[] {
  if (proofs.unprovable !== undefined) return []
  const set = changeOf(work)
  const verdict = verdictOf(proofs, set)
  const alone = verdict?.holds === false ? rowsToAsk(work, proofs, work.ticked) : []
  const beside = [...rungsToAsk(work, proofs), ...untickedToAsk(work, proofs)]
  const open = alone.length + rungsToAsk(work, proofs).length > 0
  const first = proofs.verdicts.size === 0 || !open
  const wanted = work.ticked.size > 0 && verdict === undefined && first ? [jobFor('set', set)] : []
  return [...wanted, ...alone, ...partsToAsk(work, proofs), ...beside]
}

/** The job that a free clone takes next, if there is one that may be asked beside those that run. */
export function nextJob(work: StageWork, proofs: Proofs, running: readonly ProofJob[]): ProofJob | undefined {
  const exclusive = running.some(({ change }) => isExclusive(change))
  return proofJobs(work, proofs).find(
    ({ key, change }) => !proofs.running.has(key) && !(exclusive && isExclusive(change)),
  )
}

export function allAnswered(work: StageWork, proofs: Proofs): boolean {
  return proofs.running.size === 0 && proofJobs(work, proofs).length === 0
}

function asProof(verdict: Verdict): Proof {
  if (verdict.holds === undefined) return { state: 'unprovable', reason: verdict.why }
  if (!verdict.holds) return { state: 'breaks', reason: verdict.reason }
  const [first] = verdict.refused
  return { state: 'proven', ...(first === undefined ? {} : { complaint: first }) }
}

/** The ticked rows as a whole. */
export function setProof(work: StageWork, proofs: Proofs): Proof {
  if (proofs.unprovable !== undefined) return { state: 'unprovable', reason: proofs.unprovable }
  if (work.ticked.size === 0) return { state: 'none' }
  const verdict = setVerdict(work, proofs)
  if (verdict !== undefined) return asProof(verdict)
  return { state: proofs.running.has(changeKey(changeOf(work))) ? 'proving' : 'waiting' }
}

/** A row by itself, or as part of a set that held. What broke stays said when its row was unticked for it. */
export function rowProof(work: StageWork, proofs: Proofs, id: string): Proof {
  if (proofs.unprovable !== undefined) return { state: 'unprovable', reason: proofs.unprovable }
  const broken = work.broken.get(id)
  if (broken !== undefined) return { state: 'breaks', reason: broken }
  const change = changeOfRow(work, id)
  if (change === undefined) return { state: 'none' }
  const alone = verdictOf(proofs, change)
  if (alone !== undefined) return asProof(alone)
  if (inSetThatHeld(work, proofs, id)) return { state: 'proven' }
  const set = work.ticked.has(id) ? changeKey(changeOf(work)) : ''
  return { state: proofs.running.has(changeKey(change)) || proofs.running.has(set) ? 'proving' : 'waiting' }
}

/** Why it is wished makes no other wish of it. */
function isSameWish({ why: _, ...one }: OwnershipWish, { why: __, ...other }: OwnershipWish): boolean {
  return isDeepStrictEqual(one, other)
}

function isPartOf(part: Change, whole: Change): boolean {
  return (
    part.assignments.every((one) => whole.assignments.some((other) => isDeepStrictEqual(one, other))) &&
    part.ownership.every((one) => whole.ownership.some((other) => isSameWish(one, other)))
  )
}

/** Its lines stood in a set that held: what is proven of the set is proven of the row in it. */
function inSetThatHeld(work: StageWork, proofs: Proofs, id: string): boolean {
  const own = changeOfRow(work, id)
  if (own === undefined) return false
  return [...proofs.verdicts.values()].some(
    (verdict) => verdict.holds === true && isPartOf(own, verdict.change),
  )
}

/**
 * A tighter value must not cost the service anything, even if it goes on: what it complains of must have been refused
 * to it by the proposal too.
 */
function newRefusal(proofs: Proofs, refused: readonly string[]): string | undefined {
  const known = [...proofs.verdicts.values()].flatMap((verdict) =>
    verdict.holds === true && verdict.of !== 'rung' ? verdict.refused : [],
  )
  const fresh = refused.find((line) => !known.includes(line))
  return fresh && `its log says ${fresh}`
}

function applyToRow(work: StageWork, proofs: Proofs, id: string): StageWork {
  const change = changeOfRow(work, id)
  const verdict = change && verdictOf(proofs, change)
  if (!work.ticked.has(id)) {
    const mayBeTicked = work.current.get(id)?.tickIfProven === true && !work.decided.has(id)
    if (verdict?.holds !== true || !mayBeTicked) return work
    return { ...work, ticked: new Set([...work.ticked, id]), decided: new Set([...work.decided, id]) }
  }
  if (verdict?.holds === false) return work.insisted.has(id) ? work : loosenRow(work, id, verdict)
  const tighter = nextTighter(work, id)
  const tried = tighter && verdictOf(proofs, changeOfProposed(tighter))
  if (tried === undefined || tried.holds === undefined) return work
  return climb(work, id, tried.holds ? newRefusal(proofs, tried.refused) : tried.reason)
}

/** What broke as a set: by what was missing, or less the row with which it begins to break. */
function applyToSet(work: StageWork, proofs: Proofs): StageWork {
  const set = setVerdict(work, proofs)
  if (set?.holds !== false || work.insisted.size > 0) return work
  const loosened = loosenSet(work, set.remedies)
  if (loosened !== work || brokenTogether(work, proofs) === undefined) return loosened
  const found = searchCulprit(work, proofs)
  return 'culprit' in found ? dropCulprit(work, found.culprit, set.reason) : work
}

/**
 * What the stage becomes by what is known: what broke is loosened by what was missing, or by a step of its ladder,
 * and unticked where neither helps; a tighter value that held becomes the proposal. The same work where nothing
 * follows.
 */
export function applyVerdicts(start: StageWork, proofs: Proofs): StageWork {
  const once = (given: StageWork) =>
    applyToSet(
      [...given.current.keys()].reduce((next, id) => applyToRow(next, proofs, id), given),
      proofs,
    )
  let work = start
  for (let next = once(work); next !== work; next = once(work)) work = next
  return work
}
