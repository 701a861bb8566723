import { isDeepStrictEqual } from 'node:util'
import { tried, withEvidence } from '../../catalog/common/evidence.ts'
import { offLadder, rungOf, valueText, withValue } from '../../catalog/common/ladder.ts'
import { oneStepDown } from '../../catalog/common/relax.ts'
import { applyRemedy, type Remedy, remedyKeys } from '../../catalog/common/remedy.ts'
import { takingOut } from '../../catalog/common/squeeze.ts'
import type { Assignment, Directive, Proposed, Rung } from '../../catalog/common/types.ts'
import { predict, type StageWork } from '../stage/stage-work.ts'
import { formatScore } from '../store/score.ts'

/** Rows whose assignments a remedy would change. */
function rowsTouched(work: StageWork, remedy: Remedy): string[] {
  const keys = remedyKeys(remedy)
  return [...work.ticked].filter((id) => {
    const own = work.current.get(id)?.assignments ?? []
    return keys.includes(id) || own.some(({ key }) => keys.includes(key))
  })
}

function relaxRow(work: StageWork, id: string, remedy: Remedy): Proposed | undefined {
  const proposed = work.current.get(id) as Proposed
  const directive = work.proposals.find((one) => one.directive.key === id)?.directive as Directive
  if (remedy.kind === 'drop') return undefined
  if (remedy.kind === 'step-down') return oneStepDown(directive, proposed)
  const assignments = changedBy(proposed.assignments, remedy)
  if (assignments === undefined || !keepsAsked(proposed, id, assignments)) return undefined
  const relaxed = withValue(proposed, relaxedRung(id, assignments, proposed), offLadder(proposed))
  const note = `${remedyNote(remedy)} ${costNote(work, proposed.assignments, assignments)}`
  const relaxedBy = [...(proposed.relaxedBy ?? []), remedy]
  const trial = { value: valueText(proposed), holds: false, remedy }
  return withEvidence({ ...relaxed, relaxedBy }, tried(note, trial))
}

/** The value that the person asked for is not changed; what is written beside it may be. */
function keepsAsked({ isAsked, assignments }: Proposed, id: string, now: readonly Assignment[]): boolean {
  const own = (lines: readonly Assignment[]) => lines.filter(({ key }) => key === id)
  return isAsked !== true || isDeepStrictEqual(own(assignments), own(now))
}

/** The assignments with the remedy applied. Undefined if the row must be left out, or a ladder is needed. */
function changedBy(assignments: readonly Assignment[], remedy: Remedy): Assignment[] | undefined {
  const applied = applyRemedy(assignments, remedy)
  return JSON.stringify(applied) === JSON.stringify(assignments) ? undefined : applied
}

/** The price of a looser value, in exposure of the unit with this row alone. */
function costNote({ facts }: StageWork, before: readonly Assignment[], after: readonly Assignment[]): string {
  const cost = predict(facts, after) - predict(facts, before)
  return cost > 0 ? `It raises the exposure by ${formatScore(cost)}.` : 'It does not raise the exposure.'
}

/** Rows whose value is just a short list of words. */
const LISTS = new Set(['CapabilityBoundingSet', 'RestrictAddressFamilies'])

function relaxedRung(id: string, assignments: Assignment[], before: Proposed): Rung {
  const own = assignments.filter(({ key, value }) => key === id && value !== '')
  if (LISTS.has(id)) return { assignments, value: own.map(({ value }) => value).join(' ') }
  if (assignments.length === 1 && own[0]) return { assignments, value: own[0].value }
  return { ...rungOf(before), assignments, relaxed: true }
}

function remedyNote(remedy: Remedy): string {
  if (remedy.kind === 'refuse-softly') {
    return `The trial showed that ${remedy.by || 'the service'} calls ${remedy.name}, for which it has no capability anyway.`
  }
  if (remedy.kind === 'system-call') {
    return `The trial showed that ${remedy.by || 'the service'} needs ${remedy.name}.`
  }
  if ('path' in remedy) return `The trial showed that ${remedy.path} is needed.`
  if ('name' in remedy) return `The trial showed that ${remedy.name} is needed.`
  return 'The trial showed that the tighter value breaks the service.'
}

/**
 * Applies the remedies to the stage: relaxes a row that can be relaxed and unticks the others. Undefined if nothing
 * changed, so that the same trial does not run twice.
 */
export function relax(work: StageWork, remedies: readonly Remedy[]): StageWork | undefined {
  let changed = false
  let next = work
  for (const remedy of remedies) {
    for (const id of rowsTouched(next, remedy)) {
      const relaxed = relaxRow(next, id, remedy)
      changed = true
      if (relaxed === undefined) next = withoutRow(next, id)
      else next = { ...next, current: new Map([...next.current, [id, relaxed]]) }
    }
  }
  return changed ? next : undefined
}

/** Unticks the row, but not as a wish of the person. */
function withoutRow(work: StageWork, id: string, reason?: string): StageWork {
  const ticked = new Set(work.ticked)
  ticked.delete(id)
  const broken = reason === undefined ? work.broken : new Map([...work.broken, [id, reason] as const])
  return { ...work, ticked, broken }
}

const MAX_REMEDIES = 6

/** A row that needs ever more remedies needs something else. */
function mayBeRelaxed(work: StageWork, id: string): boolean {
  return (work.current.get(id)?.relaxedBy ?? []).length < MAX_REMEDIES
}

/** Whether a remedy names the missing right, and the assignments do not have it yet. */
export function helps(assignments: readonly Assignment[], remedy: Remedy): boolean {
  return isPrecise(remedy) && changedBy(assignments, remedy) !== undefined
}

/** Remedies that name the missing right. The others only point at a directive, which trials find out better. */
export function isPrecise({ kind }: Remedy): boolean {
  return kind !== 'drop' && kind !== 'step-down'
}

/** The row with the first right that is known to be missing; undefined if none of them helps. */
export function relaxPrecisely(
  work: StageWork,
  id: string,
  remedies: readonly Remedy[],
): StageWork | undefined {
  for (const remedy of remedies.filter(isPrecise)) {
    if (!rowsTouched(work, remedy).includes(id) || !mayBeRelaxed(work, id)) continue
    const relaxed = relaxRow(work, id, remedy)
    if (relaxed !== undefined) return { ...work, current: new Map([...work.current, [id, relaxed]]) }
  }
  return undefined
}

/**
 * The row with all of these given back, which trials showed to be needed. An earlier remedy that did not help alone is
 * removed.
 */
export function giveBack(work: StageWork, id: string, needed: readonly Remedy[]): StageWork {
  const guessed = (work.current.get(id)?.relaxedBy ?? []).flatMap((one) =>
    one.kind === 'capability' ? [takingOut(id, one.name)] : [],
  )
  let next = work
  for (const remedy of needed) {
    const given = relaxRow(next, id, remedy)
    const squeezes = [...(given?.squeezes ?? []), ...guessed.splice(0)]
    const relaxed = given && { ...given, ...(squeezes.length === 0 ? {} : { squeezes }) }
    if (relaxed !== undefined) next = { ...next, current: new Map([...next.current, [id, relaxed]]) }
  }
  return next
}

/**
 * Loosens a row that broke as little as possible: by the missing right, else by one step of its ladder, else the row is
 * unticked with its reason.
 */
export function loosenRow(
  work: StageWork,
  id: string,
  broke: { reason: string; remedies: readonly Remedy[] },
  where = 'In a clone',
): StageWork {
  const precisely = relaxPrecisely(work, id, broke.remedies)
  if (precisely !== undefined) return precisely
  const remedy = { kind: 'step-down', key: id } as const
  const stepped = relaxRow(work, id, remedy)
  if (stepped !== undefined) {
    const before = work.current.get(id) as Proposed
    const cost = costNote(work, before.assignments, stepped.assignments)
    const trial = { value: valueText(before), holds: false, reason: broke.reason, remedy }
    const said = tried(`${where} ${id}=${valueText(before)} broke it: ${broke.reason}. ${cost}`, trial)
    const evidence = [...before.evidence, said]
    return { ...work, current: new Map([...work.current, [id, { ...stepped, evidence }]]) }
  }
  return withoutRow(work, id, broke.reason)
}

/** The set with the first right that is known to be missing; the same work if none is known. */
export function loosenSet(work: StageWork, remedies: readonly Remedy[]): StageWork {
  for (const remedy of remedies.filter(isPrecise)) {
    for (const id of rowsTouched(work, remedy).filter((one) => mayBeRelaxed(work, one))) {
      const relaxed = relaxRow(work, id, remedy)
      if (relaxed !== undefined) return { ...work, current: new Map([...work.current, [id, relaxed]]) }
    }
  }
  return work
}

/** A row that breaks the others although each holds alone. */
export function dropCulprit(work: StageWork, id: string, reason: string): StageWork {
  return withoutRow(work, id, `with the other rows: ${reason}`)
}
