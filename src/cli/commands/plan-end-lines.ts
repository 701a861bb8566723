import { takenOf, takenStages } from '../../session/plan/planned-settings.ts'
import type { Plan } from '../../session/plan/schema.ts'
import { ratedTenths } from '../../session/store/score.ts'

/** The last words on a plan: what it came to, where it is, and what to type next. */
export function planEndLines(plan: Plan, path: string | undefined, how: string): string[] {
  const { exposure, unit } = plan
  const taken = takenStages(plan).flatMap(takenOf)
  const win = `exposure ${ratedTenths(exposure.before)} → ${ratedTenths(exposure.after)}`
  const count = `${taken.length} ${taken.length === 1 ? 'directive' : 'directives'}`
  const where = path === undefined ? '' : `, in ${path}`
  const next =
    path === undefined ? [] : [`To read it: hardenctl diff ${path}. To apply it: hardenctl apply ${path}`]
  return ['', `Plan of ${unit}: ${count}, ${win}, ${how}${where}.`, ...next]
}
