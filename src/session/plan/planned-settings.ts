import type { Assignment } from '../../catalog/common/types.ts'
import { type DropInPart, mergeAssignments } from '../../systemd/settings/drop-in.ts'
import { dropInParts } from '../stage/drop-in-parts.ts'
import type { Plan, PlannedDirective, PlannedStage } from './schema.ts'

export function takenOf({ directives }: PlannedStage): PlannedDirective[] {
  return directives.filter(({ state }) => state === 'taken')
}

/** The lines of a stage, as the walk merges those of its rows. */
export function stageAssignments(stage: PlannedStage): Assignment[] {
  return takenOf(stage).reduce<Assignment[]>((all, one) => mergeAssignments(all, one.assignments), [])
}

/** Stages of which something was taken. */
export function takenStages({ stages }: Plan): PlannedStage[] {
  return stages.filter((stage) => takenOf(stage).length > 0)
}

/** The lines of all stages; a later stage's key replaces an earlier one's. */
export function planAssignments(plan: Plan): Assignment[] {
  return takenStages(plan).reduce<Assignment[]>(
    (all, stage) => mergeAssignments(all, stageAssignments(stage)),
    [],
  )
}

/** The drop-in that the plan comes to. */
export function plannedParts(plan: Plan): DropInPart[] {
  const kept = takenStages(plan).map((stage) => ({
    stage: stage.stage,
    assignments: stageAssignments(stage),
    records: [],
    before: Math.round(stage.exposure.before * 10),
    after: Math.round(stage.exposure.after * 10),
    at: plan.at,
  }))
  return dropInParts(kept)
}

/** The plan without these directives. */
export function without(plan: Plan, skip: readonly string[]): Plan {
  const stages = plan.stages.map((stage) => ({
    ...stage,
    directives: stage.directives.filter(({ directive }) => !skip.includes(directive)),
  }))
  return { ...plan, stages }
}
