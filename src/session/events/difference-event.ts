import { settingsHere } from '../plan/diff-lines.ts'
import { type Here, nearestMachine } from '../plan/here.ts'
import type { Plan } from '../plan/schema.ts'
import type { Untimed } from './schema.ts'

/** The event of a plan beside what is here; undefined where its unit is not. Pure. */
export function differenceEvent(plan: Plan, here: Here | undefined): Untimed {
  return {
    event: 'difference',
    unit: plan.unit,
    is_here: here !== undefined,
    other: here === undefined ? [] : nearestMachine(plan, here).differences,
    settings: settingsHere(plan, here).map((one) => ({
      directive: one.directive,
      here: one.here ?? null,
      planned: one.planned,
      in_force: one.inForce,
    })),
  }
}
