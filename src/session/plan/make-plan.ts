import { valueText } from '../../catalog/common/ladder.ts'
import { missingText } from '../../catalog/common/remedy.ts'
import type { Evidence, OwnershipWish, Proposed, Remedy } from '../../catalog/common/types.ts'
import { VERSION } from '../../host/version.ts'
import type { Basis } from '../../observe/basis.ts'
import { type CheckAnswer, isExercise } from '../../trial/health/baseline.ts'
import { checkKey, checkLabel, checkText, parseCheck, parseExercise } from '../../trial/health/check.ts'
import { helps } from '../proof/loosen.ts'
import { rowProof, setProof } from '../proof/proof-plan.ts'
import { changeOfRow } from '../proof/proven.ts'
import { type Proofs, verdictOf } from '../proof/verdicts.ts'
import type { StageEnd } from '../stage/stage-phase.ts'
import { rowsOf, type StageWork } from '../stage/stage-work.ts'
import type { KeptStage } from '../store/store.ts'
import type { WalkOptions } from '../walk/context.ts'
import type { Reached } from '../walk/reach-log.ts'
import type { Proof, Row } from '../walk/rows.ts'
import type { StageResult } from '../walk/state.ts'
import { PLAN_SCHEMA, type Plan, type PlannedDirective, type PlannedStage } from './schema.ts'

/** All that a plan is made of. */
export interface PlanSource {
  unit: string
  description: string
  basis: Basis
  architecture: string
  hostname: string
  at: Date
  options: Pick<WalkOptions, 'level' | 'stages' | 'exactCalls' | 'checks' | 'exercises'>
  /** Exposure ×10 before the first stage. */
  before: number
  ends: readonly StageEnd[]
  answers: readonly CheckAnswer[]
  reached: Reached
  kept: readonly KeptStage[]
  notes: readonly string[]
}

function orNull<Value>(value: Value | undefined): Value | null {
  return value ?? null
}

function proofOf(proof: Proof): PlannedDirective['proof'] {
  const reason = 'reason' in proof ? proof.reason : null
  const oddity = proof.state === 'proven' ? orNull(proof.oddity) : null
  // Nobody asked for it by the end.
  const state = proof.state === 'waiting' || proof.state === 'proving' ? 'none' : proof.state
  return { state, reason, oddity }
}

function evidenceOf(evidence: Evidence): PlannedDirective['evidence'][number] {
  const { kind, text } = evidence
  const trial = evidence.kind === 'tried' ? evidence.trial : undefined
  if (trial === undefined) return { kind, text, trial: null }
  const { value, holds, reason, remedy } = trial
  return { kind, text, trial: { value, holds, reason: orNull(reason), remedy: orNull(remedy) } }
}

function ownerOf({ path, user, group, mode, why }: OwnershipWish): PlannedDirective['owners'][number] {
  return { path, user, group: orNull(group), mode: orNull(mode), why }
}

/** What a row that broke may have been missing, as far as a clone found it: ". It may need CAP_KILL" */
function needWords(work: StageWork, proofs: Proofs, id: string): string {
  const change = changeOfRow(work, id)
  const verdict = change && verdictOf(proofs, change)
  if (change === undefined || verdict?.holds !== false) return ''
  const helping = verdict.remedies.filter((one) => helps(change.assignments, one))
  const missing = helping.flatMap((one) => missingText(one) ?? [])
  return missing.length === 0 ? '' : `. It may need ${missing.join(', ')}`
}

/** Why a row that could be set was not taken. */
function leftFor(
  { work, proofs, result: { note } }: RowSource,
  row: Row,
  { notReached, caution }: Proposed,
): Pick<PlannedDirective, 'left' | 'why'> {
  const broke = work.broken.get(row.id) ?? (row.proof.state === 'breaks' ? row.proof.reason : undefined)
  if (broke !== undefined) return { left: 'broke', why: `${broke}${needWords(work, proofs, row.id)}` }
  if (!row.ticked && notReached !== undefined) return { left: 'not-reached', why: caution ?? notReached }
  if (!row.ticked) return { left: 'person', why: caution ?? 'It was not recommended.' }
  return { left: 'stage', why: note ?? 'Its stage was not kept.' }
}

const NOTHING_PROPOSED = { assignments: [], evidence: [], loosened_by: [], owners: [], account: null }

/** What the rows of a stage are made of. */
interface RowSource {
  work: StageWork
  proofs: Proofs
  result: StageResult
}

function directiveOf(source: RowSource, row: Row): PlannedDirective {
  const { work, result } = source
  const common = { directive: row.key, value: row.value, gain: row.gain / 10, proof: proofOf(row.proof) }
  const proposed = work.current.get(row.id)
  if (proposed === undefined) {
    const { kind, why } = row.unavailable ?? { kind: 'unfit' as const, why: null }
    return { ...common, state: kind, left: null, why, ...NOTHING_PROPOSED }
  }
  const taken = result.outcome === 'rehearsed' && row.ticked
  const { assignments, evidence, relaxedBy = [], ownership = [], account, caution } = proposed
  return {
    ...common,
    value: valueText(proposed),
    state: taken ? 'taken' : 'left',
    ...(taken ? { left: null, why: orNull(caution) } : leftFor(source, row, proposed)),
    assignments: [...assignments],
    evidence: evidence.map(evidenceOf),
    loosened_by: [...relaxedBy] satisfies Remedy[],
    owners: ownership.map(ownerOf),
    account: orNull(account),
  }
}

function directivesOf(source: RowSource): PlannedDirective[] {
  const { work, proofs } = source
  return rowsOf(work, (id) => rowProof(work, proofs, id)).map((row) => directiveOf(source, row))
}

const OUTCOMES = { rehearsed: 'taken', kept: 'taken', skipped: 'left', nothing: 'nothing' } as const

function stageOf({ result, last }: StageEnd): PlannedStage[] {
  const { stage, outcome, before, after, note } = result
  if (stage === 'all') return []
  const exposure = { before: before / 10, after: after / 10 }
  if (last === undefined) {
    const proof = proofOf({ state: 'none' })
    return [{ stage, outcome: 'not-asked', note: null, exposure, proof, directives: [] }]
  }
  const { work, proofs } = last
  return [
    {
      stage,
      outcome: OUTCOMES[outcome],
      note: orNull(note),
      exposure,
      proof: proofOf(setProof(work, proofs)),
      directives: directivesOf({ work, proofs, result }),
    },
  ]
}

/** `given`: by a person. */
export function plannedCheck({ check, answer }: CheckAnswer, given: boolean): Plan['checks'][number] {
  return {
    kind: isExercise(check) ? 'exercise' : 'check',
    given,
    text: orNull(checkText(check)),
    label: checkLabel(check),
    answer,
  }
}

function checksOf({ answers, options }: PlanSource): Plan['checks'] {
  const given = new Set(
    [...options.checks.map(parseCheck), ...options.exercises.map(parseExercise)].map(checkKey),
  )
  return answers.map((one) => plannedCheck(one, given.has(checkKey(one.check))))
}

/** The document of what came of the stages in a clone. Pure. */
export function planOf(source: PlanSource): Plan {
  const { basis, options, reached } = source
  const stages = source.ends.flatMap(stageOf)
  const { systemd, kernel, libc, packages, programs, unitFiles } = basis
  const before = source.before / 10
  return {
    $schema: PLAN_SCHEMA,
    version: 1,
    hardenctl: VERSION,
    at: source.at.toISOString(),
    unit: source.unit,
    description: source.description,
    made_on: {
      host: source.hostname,
      architecture: source.architecture,
      systemd,
      kernel,
      libc,
      packages,
      programs,
      unit_files: unitFiles,
    },
    asked: {
      level: options.level,
      stages: [...options.stages],
      syscalls: options.exactCalls ? 'exact' : 'groups',
    },
    exposure: { before, after: stages.at(-1)?.exposure.after ?? before },
    stages,
    checks: checksOf(source),
    reached: { played: reached.played, in_clones: reached.full ?? [], not_reached: reached.rows },
    kept_before: source.kept.flatMap(({ assignments }) => assignments),
    notes: [...source.notes],
  }
}
