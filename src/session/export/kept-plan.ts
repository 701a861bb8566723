import { type Assignment, STAGES, type Stage } from '../../catalog/common/types.ts'
import { VERSION } from '../../host/version.ts'
import { isCommand } from '../../trial/health/check.ts'
import { proofWords } from '../overview/proof-age.ts'
import { plannedCheck } from '../plan/make-plan.ts'
import { type Machine, PLAN_SCHEMA, type Plan, type PlannedDirective } from '../plan/schema.ts'
import { ratedTenths } from '../store/score.ts'
import type { KeptStage, StoredState } from '../store/store.ts'
import { writerOf } from './kept-drop-in.ts'

type PlannedOwner = PlannedDirective['owners'][number]

/** What is kept of a unit, and what of it only the host knows. */
export interface KeptHere {
  stored: StoredState
  description: string
  /** What it was proven on. */
  machine: Machine
  /** Files that changed hands, as they are now. */
  owners: readonly PlannedOwner[]
}

function keptDirective(
  key: string,
  lines: Assignment[],
  kept: KeptStage,
  owners: PlannedOwner[],
): PlannedDirective {
  const value = lines.filter((line) => line.key === key && line.value !== '').map((line) => line.value)
  return {
    directive: key,
    state: 'taken',
    left: null,
    why: null,
    value: value.join(' '),
    assignments: lines,
    gain: 0,
    evidence: [
      { kind: 'tried', text: `Kept on ${kept.at.slice(0, 10)}. ${proofWords([kept])}`, trial: null },
    ],
    proof: { state: kept.proof?.clone === true ? 'proven' : 'none', reason: null, oddity: null },
    loosened_by: [],
    owners,
    account: null,
  }
}

/** The rows that a kept stage has in one stage of a plan. */
function rowsIn(stage: Stage, kept: KeptStage, owners: readonly PlannedOwner[]): PlannedDirective[] {
  const byWriter = Map.groupBy(kept.assignments, (line) => writerOf(kept, line))
  const recorded = new Set(kept.records.map(({ path }) => path))
  return [...byWriter].flatMap(([writer, lines]) => {
    if (writer?.stage !== stage) return []
    const own = writer.key === 'User' ? owners.filter(({ path }) => recorded.has(path)) : []
    return [keptDirective(writer.key, lines, kept, own)]
  })
}

const TOGETHER = 'It was kept with all stages in one restart: the exposure is that of all of them.'

function plannedStage(stage: Stage, { stored, owners }: KeptHere): Plan['stages'][number] {
  const own = stored.kept.filter((kept) => kept.stage === 'all' || kept.stage === stage)
  const directives = own.flatMap((kept) => rowsIn(stage, kept, owners))
  const last = own.at(-1)
  const isTaken = last !== undefined && directives.length > 0
  const { before, after } = isTaken ? last : { before: stored.stock, after: stored.stock }
  return {
    stage,
    outcome: isTaken ? 'taken' : 'not-asked',
    note: isTaken && last.stage === 'all' ? TOGETHER : null,
    exposure: { before: before / 10, after: after / 10 },
    proof: { state: isTaken && last.proof?.clone === true ? 'proven' : 'none', reason: null, oddity: null },
    directives,
  }
}

/** Later rows of the same directive replace earlier ones: a stage may be kept again after all were kept at once. */
function withLastRows(stages: Plan['stages']): Plan['stages'] {
  return stages.map((stage) => ({
    ...stage,
    directives: [...new Map(stage.directives.map((row) => [row.directive, row])).values()],
  }))
}

/**
 * What is kept of a unit as a plan, so that other hosts can have it. The evidence of the walk is not stored: each row says
 * when it was kept and how it was proven. Pure.
 */
export function keptPlan(here: KeptHere): Plan {
  const { stored, machine, description } = here
  const { kept, stock, reached, unit } = stored
  const stages = withLastRows(STAGES.map((stage) => plannedStage(stage, here)))
  const after = kept.at(-1)?.after ?? stock
  return {
    $schema: PLAN_SCHEMA,
    version: 1,
    hardenctl: VERSION,
    at:
      kept
        .map(({ at }) => at)
        .toSorted()
        .at(-1) ?? stored.started,
    unit,
    description,
    made_on: machine,
    asked: { level: 'standard', stages: [...STAGES], syscalls: 'groups' },
    exposure: { before: stock / 10, after: after / 10 },
    stages,
    checks: (stored.baseline?.answers ?? []).map((one) => plannedCheck(one, isCommand(one.check))),
    reached: {
      played: reached?.played ?? [],
      in_clones: reached?.full ?? [],
      not_reached: reached?.rows ?? [],
    },
    kept_before: [],
    notes: [
      `Made of what is kept (${ratedTenths(stock / 10)} → ${ratedTenths(after / 10)}): evidence, gains and what was left out are not stored.`,
    ],
  }
}
