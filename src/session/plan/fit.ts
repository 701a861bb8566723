import type { Stage } from '../../catalog/common/types.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import { difference } from '../../systemd/settings/settings-difference.ts'
import { Refusal } from '../walk/preflight.ts'
import { differencesHere, type Here } from './diff-lines.ts'
import { planAssignments, stageAssignments, takenStages } from './planned-settings.ts'
import type { Plan } from './schema.ts'

/**
 * Stages of the plan that are not wholly in force here. A setting that a later stage writes again counts as that stage
 * leaves it. Pure.
 */
export function openStages(plan: Plan, { properties, groups }: Here): Stage[] {
  const wrong = new Set(difference(planAssignments(plan), properties, groups).map(({ key }) => key))
  return takenStages(plan)
    .filter((stage) => stageAssignments(stage).some(({ key }) => wrong.has(key)))
    .map(({ stage }) => stage)
}

/** What no proof makes good: the plan is of another unit than the one here. Throws Refusal. Pure. */
export function requireSameUnit(plan: Plan, here: Here): void {
  const { made_on, kept_before, unit } = plan
  const next = `Nothing was changed. hardenctl plan ${shortName(unit)} makes a plan for this host.`
  if (made_on.architecture !== here.architecture)
    throw new Refusal(
      `the plan was made on ${made_on.architecture}, and this is ${here.architecture}: system calls differ`,
      next,
    )
  if (made_on.unit_files !== here.basis.unitFiles)
    throw new Refusal(`the files of ${unit} are other here than where the plan was made`, next)
  const [missing] = difference(kept_before, here.properties, here.groups)
  if (missing !== undefined)
    throw new Refusal(`the plan builds on ${missing.key}=, which is not in force here`, next)
}

/** Versions that are other here: only a proof of this host makes them good. Throws Refusal. Pure. */
export function requireSameVersions(plan: Plan, here: Here, unproven: string): void {
  const differences = differencesHere(plan, here)
  if (differences.length === 0) return
  throw new Refusal(
    `the plan was made on something else (${differences.join('; ')}), and nothing proves it here: ${unproven}`,
    'Nothing was changed.',
  )
}
