import { proposalsFor, type StageProposal } from '../catalog/index.ts'
import { oneStepDown } from '../catalog/relax.ts'
import type { Assignment, Directive, OwnershipWish, Proposed, Stage } from '../catalog/types.ts'
import type { Facts } from '../observe/facts.ts'
import { mergeAssignments } from '../systemd/drop-in.ts'
import { exposure } from '../systemd/exposure.ts'
import { applyAssignments, settingsFromShow } from '../systemd/settings.ts'
import { applyRemedy, type Remedy, remedyKeys } from '../trial/remedy.ts'
import type { Row } from './state.ts'

/** One stage as the walk works on it: the rows on the screen and the proposal behind each. */
export interface StageWork {
  stage: Stage
  facts: Facts
  proposals: StageProposal[]
  /** What a row would write by now: the proposal, or what it was relaxed to. */
  current: ReadonlyMap<string, Proposed>
  ticked: ReadonlySet<string>
}

export function beginStage(stage: Stage, facts: Facts): StageWork {
  const proposals = proposalsFor(stage, facts)
  const current = new Map<string, Proposed>()
  const ticked = new Set<string>()
  for (const { directive, result } of proposals) {
    if (result.kind !== 'propose') continue
    current.set(directive.key, result)
    if (result.recommended) ticked.add(directive.key)
  }
  return { stage, facts, proposals, current, ticked }
}

/** Ticks or unticks one row; a row without a proposal stays as it is. */
export function toggle(work: StageWork, id: string): StageWork {
  if (!work.current.has(id)) return work
  const ticked = new Set(work.ticked)
  if (!ticked.delete(id)) ticked.add(id)
  return { ...work, ticked }
}

export function tickAll(work: StageWork, on: boolean): StageWork {
  return { ...work, ticked: new Set(on ? work.current.keys() : []) }
}

/** What the ticked rows would write, in the catalog's order; a later row's key replaces an earlier one's. */
export function chosenAssignments(work: StageWork, ids: ReadonlySet<string> = work.ticked): Assignment[] {
  return work.proposals.reduce<Assignment[]>((all, { directive }) => {
    const proposed = ids.has(directive.key) ? work.current.get(directive.key) : undefined
    return proposed === undefined ? all : mergeAssignments(all, proposed.assignments)
  }, [])
}

export function chosenOwnership(work: StageWork): OwnershipWish[] {
  return [...work.ticked].flatMap((id) => work.current.get(id)?.ownership ?? [])
}

/** Exposure ×10 as it would be with these assignments on top of what is in force. */
export function predict(facts: Facts, assignments: readonly Assignment[]): number {
  const settings = settingsFromShow(facts.unit.properties)
  const changed = applyAssignments(settings, [...assignments], facts.syscallGroups)
  const bpf = facts.scoresBpf === undefined ? {} : { hasBpfCheck: facts.scoresBpf }
  return exposure(changed, { version: facts.systemd, groups: facts.syscallGroups, ...bpf }).score
}

export function predicted(work: StageWork): number {
  return predict(work.facts, chosenAssignments(work))
}

export function rowsOf(work: StageWork): Row[] {
  const before = predict(work.facts, [])
  return work.proposals.map(({ directive, result }) => {
    const { key, what, breaks, wins } = directive
    const proposed = work.current.get(key)
    const common = { id: key, key, what, breaks, wins, proof: { state: 'none' as const } }
    if (proposed === undefined) {
      const value = result.kind === 'propose' ? result.value : (result.value ?? '')
      const unavailable = result.kind === 'propose' ? {} : { unavailable: result }
      return { ...common, value, ticked: false, recommended: false, evidence: [], gain: 0, ...unavailable }
    }
    const { value, recommended, evidence, caution } = proposed
    const gain = before - predict(work.facts, proposed.assignments)
    const row = { ...common, value, ticked: work.ticked.has(key), recommended, evidence, gain }
    return caution === undefined ? row : { ...row, caution }
  })
}

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
  const assignments =
    remedy.kind === 'step-down'
      ? oneStepDown(directive, proposed)?.assignments
      : applyRemedy(proposed.assignments, remedy)
  if (assignments === undefined || JSON.stringify(assignments) === JSON.stringify(proposed.assignments)) {
    return undefined
  }
  const last = assignments.findLast(({ value }) => value !== '')
  const value =
    assignments.length === 1 && last
      ? last.value
      : `${proposed.value} (relaxed)`.replace(/( \(relaxed\))+$/, ' (relaxed)')
  return { ...proposed, assignments, value, evidence: [...proposed.evidence, remedyNote(remedy)] }
}

function remedyNote(remedy: Remedy): string {
  if (remedy.kind === 'refuse-softly') {
    return `The trial showed that ${remedy.by || 'the service'} tries ${remedy.name}, for which it has no capability anyway.`
  }
  if (remedy.kind === 'system-call') {
    return `The trial showed that ${remedy.by || 'the service'} needs ${remedy.name}.`
  }
  if ('path' in remedy) return `The trial showed that ${remedy.path} is needed.`
  if ('name' in remedy) return `The trial showed that ${remedy.name} is needed.`
  return 'The trial showed that the tighter value breaks the service.'
}

/**
 * The stage with the remedies in it: a row that can be relaxed is relaxed, one that can't is unticked. Undefined
 * when nothing changed, so that the same trial is not run twice.
 */
export function relax(work: StageWork, remedies: readonly Remedy[]): StageWork | undefined {
  let changed = false
  let next = work
  for (const remedy of remedies) {
    for (const id of rowsTouched(next, remedy)) {
      const relaxed = relaxRow(next, id, remedy)
      changed = true
      if (relaxed === undefined) next = toggle(next, id)
      else next = { ...next, current: new Map([...next.current, [id, relaxed]]) }
    }
  }
  return changed ? next : undefined
}
