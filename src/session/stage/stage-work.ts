import type { Asked } from '../../catalog/common/asked.ts'
import { valueText } from '../../catalog/common/ladder.ts'
import type { Assignment, OwnershipWish, Proposed, Stage } from '../../catalog/common/types.ts'
import { proposalsFor, type StageProposal } from '../../catalog/index.ts'
import type { Facts } from '../../observe/facts.ts'
import { type Exposure, exposure } from '../../systemd/exposure/exposure.ts'
import { mergeAssignments } from '../../systemd/settings/drop-in.ts'
import { applyAssignments, settingsFromShow } from '../../systemd/settings/settings.ts'
import type { Change } from '../../trial/transaction/trial.ts'
import { formatScore } from '../store/score.ts'
import type { Proof, Row } from '../walk/rows.ts'

/** One stage as the walk works on it: the rows on the screen and the proposal behind each. */
export interface StageWork {
  stage: Stage
  facts: Facts
  proposals: StageProposal[]
  /** What a row would write now: the proposal, or its relaxed form. */
  current: ReadonlyMap<string, Proposed>
  ticked: ReadonlySet<string>
  /** Rows that were unticked because they broke in a clone, and how. */
  broken: ReadonlyMap<string, string>
  /** Rows that the person ticked anyway. */
  insisted: ReadonlySet<string>
  /** Rows that the person touched, or that a proof ticked: they are not ticked automatically again. */
  decided: ReadonlySet<string>
  /** Rows switched to their alternative. */
  turned: ReadonlySet<string>
  /** Which tighter values of a row were tried already. */
  climbed: ReadonlyMap<string, Climbed>
}

export interface Climbed {
  /** A rung of the ladder broke: those above it would too. */
  stopped: boolean
  /** Index of the first of the row's squeezes that was not tried yet. */
  nextSqueeze: number
  /** Parts that are left in for now, since all tighter values at once broke and the break named them, by its reason. */
  named?: ReadonlyMap<string, string>
  /** What is left is tried one by one. */
  oneByOne?: true
}

export function beginStage(stage: Stage, facts: Facts, asked?: Asked): StageWork {
  const proposals = proposalsFor(stage, facts, asked)
  const current = new Map<string, Proposed>()
  const ticked = new Set<string>()
  for (const { directive, result } of proposals) {
    if (result.kind !== 'propose') continue
    current.set(directive.key, result)
    if (result.recommended) ticked.add(directive.key)
  }
  return { stage, facts, proposals, current, ticked, ...UNTOUCHED }
}

export const UNTOUCHED = {
  broken: new Map<string, string>(),
  insisted: new Set<string>(),
  decided: new Set<string>(),
  turned: new Set<string>(),
  climbed: new Map<string, Climbed>(),
} as const

/** Ticks or unticks one row for the person; a row without a proposal stays as it is. */
export function toggle(work: StageWork, id: string): StageWork {
  if (!work.current.has(id)) return work
  return work.ticked.has(id) ? untick(work, id) : tick(work, id)
}

function tick(work: StageWork, id: string): StageWork {
  const broken = new Map(work.broken)
  const insisted = broken.delete(id) ? new Set([...work.insisted, id]) : work.insisted
  const decided = new Set([...work.decided, id])
  return { ...work, broken, insisted, decided, ticked: new Set([...work.ticked, id]) }
}

function untick(work: StageWork, id: string): StageWork {
  const [ticked, insisted] = [new Set(work.ticked), new Set(work.insisted)]
  ticked.delete(id)
  insisted.delete(id)
  return { ...work, ticked, insisted, decided: new Set([...work.decided, id]) }
}

/** Switches a row to its alternative; proofs of one say nothing about the other. */
export function toAlternative(work: StageWork, id: string): StageWork {
  const now = work.current.get(id)
  if (now?.other === undefined) return work
  const { other, ...before } = now
  const climbed = new Map(work.climbed)
  climbed.delete(id)
  const turned = new Set(work.turned)
  if (!turned.delete(id)) turned.add(id)
  return { ...work, climbed, turned, current: new Map([...work.current, [id, { ...other, other: before }]]) }
}

/** A stage with new facts, and with the ticks and alternatives that the person had chosen. */
export function asChosen(anew: StageWork, before: StageWork): StageWork {
  return [...anew.current.keys()].reduce((work, id) => {
    const turned = before.turned.has(id) !== work.turned.has(id) ? toAlternative(work, id) : work
    const differs = before.decided.has(id) && before.ticked.has(id) !== turned.ticked.has(id)
    return differs ? toggle(turned, id) : turned
  }, anew)
}

/** Ticked rows in the catalog's order. */
export function tickedInOrder({ proposals, ticked }: StageWork): string[] {
  return proposals.map(({ directive }) => directive.key).filter((id) => ticked.has(id))
}

/** Ticks all possible rows, or none. A row that broke in a clone stays unticked: insisting takes a tick of its own. */
export function tickAll(work: StageWork, on: boolean): StageWork {
  const ids = [...work.current.keys()].filter((id) => on !== work.ticked.has(id) && !work.broken.has(id))
  return ids.reduce((next, id) => toggle(next, id), work)
}

/** What the ticked rows would write, in the catalog's order; a later row's key replaces an earlier one's. */
export function chosenAssignments(work: StageWork, ids: ReadonlySet<string> = work.ticked): Assignment[] {
  return work.proposals.reduce<Assignment[]>((all, { directive }) => {
    const proposed = ids.has(directive.key) ? work.current.get(directive.key) : undefined
    return proposed === undefined ? all : mergeAssignments(all, proposed.assignments)
  }, [])
}

function chosenOwnership(work: StageWork, ids: ReadonlySet<string> = work.ticked): OwnershipWish[] {
  return work.proposals.flatMap(({ directive: { key } }) =>
    ids.has(key) ? (work.current.get(key)?.ownership ?? []) : [],
  )
}

export function changeOf(work: StageWork, ids: ReadonlySet<string> = work.ticked): Change {
  const account = [...ids].map((id) => work.current.get(id)?.account).find((one) => one !== undefined)
  return {
    assignments: chosenAssignments(work, ids),
    ownership: chosenOwnership(work, ids),
    ...(account === undefined ? {} : { account }),
  }
}

/** The exposure, check by check, as it would be with these assignments on top of what is in force. */
export function predictedExposure(facts: Facts, assignments: readonly Assignment[]): Exposure {
  const settings = settingsFromShow(facts.unit.properties)
  return exposure(applyAssignments(settings, assignments, facts.syscallGroups), facts)
}

/** Its score ×10. */
export function predict(facts: Facts, assignments: readonly Assignment[]): number {
  return predictedExposure(facts, assignments).score
}

/** The same with the ticked rows, where this row has another value. */
function predictWith(work: StageWork, id: string, other: Proposed): number {
  const current = new Map([...work.current, [id, other]])
  return predict(work.facts, chosenAssignments({ ...work, current }, new Set([...work.ticked, id])))
}

export function predicted(work: StageWork): number {
  return predict(work.facts, chosenAssignments(work))
}

const NO_PROOF = (): Proof => ({ state: 'none' })

export function rowsOf(work: StageWork, proofOf: (id: string) => Proof = NO_PROOF): Row[] {
  const before = predict(work.facts, [])
  return work.proposals.map(({ directive, result }) => {
    const { key, what, breaks, wins } = directive
    const proposed = work.current.get(key)
    const common = { id: key, key, what, breaks, wins, proof: proofOf(key) }
    if (proposed === undefined) {
      const value = result.kind === 'propose' ? valueText(result) : (result.value ?? '')
      const unavailable = result.kind === 'propose' ? {} : { unavailable: result }
      return { ...common, value, ticked: false, recommended: false, evidence: [], gain: 0, ...unavailable }
    }
    const { recommended, caution } = proposed
    const value = valueText(proposed)
    const evidence = proposed.evidence.map(({ text }) => text)
    const gain = before - predict(work.facts, proposed.assignments)
    const row = { ...common, value, ticked: work.ticked.has(key), recommended, evidence, gain }
    const other = proposed.other && {
      other: `${valueText(proposed.other)}, exposure ${formatScore(predictWith(work, key, proposed.other))}`,
    }
    return { ...row, ...other, ...(caution === undefined ? {} : { caution }) }
  })
}
