import type { Plan } from './schema.ts'

/** Bytes of a file at the most: the plan of a large service has some 150 kB, and one of four hosts 400. */
export const MOST_PLAN_BYTES = 4_000_000

/** A plan as its file holds it. */
export function planText(plan: Plan): string {
  return `${JSON.stringify(plan, null, 1)}\n`
}
