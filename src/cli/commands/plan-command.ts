import { liveHost } from '../../host/live-host.ts'
import type { Printer } from '../../host/printer.ts'
import type { CommandEnd } from '../../session/exit-code.ts'
import { planProcedure } from '../../session/plan/plan-procedure.ts'
import { planText } from '../../session/plan/plan-text.ts'
import type { Plan } from '../../session/plan/schema.ts'
import { Unattended } from '../../session/walk/unattended.ts'
import type { PlanArguments } from '../argument-types.ts'
import { voiced } from '../event-lines.ts'
import { beginWalk, walkOptions } from './begin-walk.ts'
import { deliverText, placeFor, wordsBeside } from './output-file.ts'
import { planEndLines } from './plan-end-lines.ts'
import { seenThrough } from './seen-through.ts'

/** Makes a plan of a unit, and writes or prints it. The live service is not restarted. Returns the exit code. */
export async function runPlan(args: PlanArguments, printer: Printer): Promise<number> {
  const options = await walkOptions(args.walk)
  const host = liveHost()
  const place = await placeFor(host, args)
  const about = { command: 'plan', unit: args.walk.unit }
  return voiced(printer, args.walk.json === true, about, async ({ words: said, tell }) => {
    const words = wordsBeside(place, said, printer)
    const deliver = async (plan: Plan): Promise<CommandEnd> => {
      await deliverText(planText(plan), place, host, printer)
      for (const line of planEndLines(plan, place.path, 'proven in clones')) words.out(line)
      return 'done'
    }
    const walk = await beginWalk(options, new Unattended(words), planProcedure(deliver))
    return seenThrough(walk, { words, tell })
  })
}
