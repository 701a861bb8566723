import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { readPinned } from '../../host/pinned.ts'
import { PlanError, parsePlan } from './parse-plan.ts'
import type { Plan } from './schema.ts'

/** Bytes: the plan of a large service has some 200 kB. */
const MOST_BYTES = 4_000_000

/** Reads a plan from a file, once, and no more of it than a plan can have. Throws PlanError with one line. */
export async function readPlan(host: Host, path: string): Promise<Plan> {
  const real = await host.resolve(path)
  if (real === undefined) throw new PlanError(`there is no file ${path}`)
  const bytes = await readPinned(real, MOST_BYTES + 1).catch(orElse(undefined))
  if (bytes === undefined) throw new PlanError(`${path} is no file that can be read`)
  if (bytes.length > MOST_BYTES) throw new PlanError(`${path} is larger than a plan can be`)
  try {
    return parsePlan(Buffer.from(bytes).toString('utf8'))
  } catch (error) {
    if (error instanceof PlanError) throw new PlanError(`${path} is no plan to be used: ${error.message}`)
    throw error
  }
}
