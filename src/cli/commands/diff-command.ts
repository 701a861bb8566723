import { resolve } from 'node:path'
import { liveHost } from '../../host/live-host.ts'
import type { Printer } from '../../host/printer.ts'
import { differenceEvent } from '../../session/events/difference-event.ts'
import { exitCode } from '../../session/exit-code.ts'
import { diffLines } from '../../session/plan/diff-lines.ts'
import { PlanError } from '../../session/plan/parse-plan.ts'
import { readHere } from '../../session/plan/read-here.ts'
import { readPlan } from '../../session/plan/read-plan.ts'
import type { Plan } from '../../session/plan/schema.ts'
import type { Told } from '../argument-types.ts'
import { type Voice, voiced } from '../event-lines.ts'
import { UsageError } from '../usage-error.ts'

/** The plan in a file. Throws UsageError with one line for a file that is none. */
export async function planIn(path: string): Promise<Plan> {
  try {
    return await readPlan(liveHost(), resolve(path))
  } catch (error) {
    if (error instanceof PlanError) throw new UsageError(error.message)
    throw error
  }
}

/** The plans in several files, one after the other. */
export async function plansIn(paths: readonly string[]): Promise<Plan[]> {
  const plans: Plan[] = []
  for (const path of paths) plans.push(await planIn(path))
  return plans
}

/** Shows a plan beside what is here. */
export async function tellDifference(plan: Plan, { words, tell }: Voice): Promise<void> {
  const here = await readHere(liveHost(), plan)
  for (const line of diffLines(plan, here)) words.out(line)
  tell(differenceEvent(plan, here))
}

/** Prints a plan beside what is here. Changes nothing. Returns the exit code. */
export async function runDiff({ file, json }: { file: string } & Told, printer: Printer): Promise<number> {
  return voiced(printer, json === true, { command: 'diff' }, async (voice) => {
    await tellDifference(await planIn(file), voice)
    return exitCode('done')
  })
}
