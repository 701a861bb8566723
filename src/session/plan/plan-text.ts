import type { Plan } from './schema.ts'

/** A plan as its file holds it. */
export function planText(plan: Plan): string {
  return `${JSON.stringify(plan, null, 1)}\n`
}
