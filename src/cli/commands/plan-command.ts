import { resolve } from 'node:path'
import { liveHost } from '../../host/live-host.ts'
import type { Printer } from '../../host/printer.ts'
import type { CommandEnd } from '../../session/exit-code.ts'
import { planProcedure } from '../../session/plan/plan-procedure.ts'
import type { Plan } from '../../session/plan/schema.ts'
import { Unattended } from '../../session/walk/unattended.ts'
import type { PlanArguments } from '../argument-types.ts'
import { voiced } from '../event-lines.ts'
import { beginWalk, walkOptions } from './begin-walk.ts'
import { deliverText, requireWritable } from './output-file.ts'
import { planEndLines } from './plan-end-lines.ts'
import { seenThrough } from './seen-through.ts'

/** Makes a plan of a unit, and writes or prints it. The live service is not restarted. Returns the exit code. */
export async function runPlan(args: PlanArguments, printer: Printer): Promise<number> {
  const options = walkOptions(args.walk)
  const host = liveHost()
  const path = args.output === undefined ? undefined : resolve(args.output)
  if (path !== undefined) await requireWritable(host, path)
  const about = { command: 'plan', unit: args.walk.unit }
  return voiced(printer, args.walk.json === true, about, async ({ words: said, tell }) => {
    const words = path === undefined ? { out: printer.err, err: printer.err } : said
    const deliver = async (plan: Plan): Promise<CommandEnd> => {
      await deliverText(`${JSON.stringify(plan, null, 1)}\n`, { path, mode: args.mode }, host, printer)
      for (const line of planEndLines(plan, path, 'proven in clones')) words.out(line)
      return 'done'
    }
    const walk = await beginWalk(options, new Unattended(words), planProcedure(deliver))
    return seenThrough(walk, { words, tell })
  })
}
