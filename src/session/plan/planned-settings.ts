import type { Assignment } from '../../catalog/common/types.ts'
import { type DropInPart, mergeAssignments, withLastWord } from '../../systemd/settings/drop-in.ts'
import { stageHeading } from '../stage/drop-in-parts.ts'
import type { Plan, PlannedDirective, PlannedStage } from './schema.ts'

/** "Stage 2, user switch: exposure 7.2 → 6.5" */
export function plannedHeading({ stage, exposure: { before, after } }: PlannedStage): string {
  return stageHeading(stage, Math.round(before * 10), Math.round(after * 10))
}

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
  const done = plan.also_made_on === undefined ? 'proven' : 'merged'
  return withLastWord(
    takenStages(plan).map((stage) => ({
      comment: [`${plannedHeading(stage)}, ${done} ${plan.at.slice(0, 16)}Z`],
      assignments: stageAssignments(stage),
    })),
  )
}

/** The plan without these directives. */
export function without(plan: Plan, skip: readonly string[]): Plan {
  const stages = plan.stages.map((stage) => ({
    ...stage,
    directives: stage.directives.filter(({ directive }) => !skip.includes(directive)),
  }))
  return { ...plan, stages }
}
