import type { Host } from '../../host/host.ts'
import { PlanError, parsePlan } from './parse-plan.ts'
import { MOST_PLAN_BYTES } from './plan-text.ts'
import { readText } from './read-text.ts'
import type { Plan } from './schema.ts'

/** Reads a plan from a file, once, and no more of it than a plan can have. Throws PlanError with one line. */
export async function readPlan(host: Host, path: string): Promise<Plan> {
  const read = await readText(host, path, { mostBytes: MOST_PLAN_BYTES, what: 'a plan' })
  if ('problem' in read) throw new PlanError(read.problem)
  try {
    return parsePlan(read.text)
  } catch (error) {
    if (error instanceof PlanError) throw new PlanError(`${path} is no plan to be used: ${error.message}`)
    throw error
  }
}
