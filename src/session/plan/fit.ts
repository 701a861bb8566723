import type { Stage } from '../../catalog/common/types.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import { difference } from '../../systemd/settings/settings-difference.ts'
import { Refusal } from '../walk/refusal.ts'
import { type Here, machinesOf, machineWords, nearestMachine } from './here.ts'
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
  const { kept_before, unit } = plan
  const machines = machinesOf(plan)
  const next = `Nothing was changed. hardenctl plan ${shortName(unit)} makes a plan for this host.`
  if (machines.every(({ architecture }) => architecture !== here.architecture))
    throw new Refusal(
      `the plan was made on ${plan.made_on.architecture}, and this is ${here.architecture}: system calls differ`,
      next,
    )
  const files = new Set(machines.map(({ unit_files }) => unit_files))
  if (!here.bases.some(({ unitFiles }) => files.has(unitFiles)))
    throw new Refusal(`the files of ${unit} are other here than where the plan was made`, next)
  const [missing] = difference(kept_before, here.properties, here.groups)
  if (missing !== undefined)
    throw new Refusal(`the plan builds on ${missing.key}=, which is not in force here`, next)
}

/** Versions that are other here: only a proof of this host makes them good. Throws Refusal. Pure. */
export function requireSameVersions(plan: Plan, here: Here, unproven: string): void {
  const { machine, differences } = nearestMachine(plan, here)
  if (differences.length === 0) return
  const nearest = machinesOf(plan).length === 1 ? '' : `nearest is ${machineWords(machine)}: `
  throw new Refusal(
    `the plan was made on something else (${nearest}${differences.join('; ')}), and nothing proves it here: ${unproven}`,
    'Nothing was changed.',
  )
}
