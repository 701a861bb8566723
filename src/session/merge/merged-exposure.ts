import type { Assignment } from '../../catalog/common/types.ts'
import { type ExposureOptions, exposure } from '../../systemd/exposure/exposure.ts'
import { mergeAssignments } from '../../systemd/settings/drop-in.ts'
import { applyAssignments } from '../../systemd/settings/settings.ts'
import type { Plan, PlannedDirective, PlannedStage } from '../plan/schema.ts'

type Lines = readonly Assignment[]

/** Exposure ×10 of a unit that has these lines and no others. */
function bare(lines: Lines, options: ExposureOptions): number {
  return exposure(applyAssignments({}, lines, options.syscallGroups), options).score
}

function rowsUpTo(stages: readonly PlannedStage[], last: PlannedStage['stage']): PlannedDirective[] {
  const at = stages.findIndex(({ stage }) => stage === last)
  return stages.slice(0, at + 1).flatMap(({ directives }) => directives)
}

function linesOf(rows: readonly PlannedDirective[]): Assignment[] {
  return rows
    .filter(({ state }) => state === 'taken')
    .reduce<Assignment[]>((all, { assignments }) => mergeAssignments(all, assignments), [])
}

/** What the host of a plan has after a stage: rows in force there count with the merged lines, which do not count there if unknown. */
function thereAndThen(
  own: readonly PlannedDirective[],
  merged: readonly PlannedDirective[],
): { measured: Assignment[]; planned: Assignment[] } {
  const stateOf = new Map(own.map(({ directive, state }) => [directive, state]))
  const inForce = merged.filter(({ directive }) => stateOf.get(directive) === 'in-force')
  const known = merged.filter(({ directive }) => stateOf.get(directive) !== 'unknown')
  return { measured: mergeAssignments(linesOf(inForce), linesOf(own)), planned: linesOf(known) }
}

/**
 * The exposure after a stage, from 0 to 10, on the machine where it is highest: what each plan measured, and what the
 * merged values add to that. `stages` are those that are merged so far.
 */
export function mergedExposure(
  plans: readonly Plan[],
  stages: readonly PlannedStage[],
  last: PlannedStage['stage'],
  options: ExposureOptions,
): number {
  const merged = rowsUpTo(stages, last)
  const scores = plans.map((plan) => {
    const measuredStage = plan.stages.find(({ stage }) => stage === last)
    const { measured, planned } = thereAndThen(rowsUpTo(plan.stages, last), merged)
    const added = bare(planned, options) - bare(measured, options)
    return (measuredStage?.exposure.after ?? plan.exposure.before) * 10 + added
  })
  return Math.min(100, Math.max(0, Math.round(Math.max(...scores)))) / 10
}
