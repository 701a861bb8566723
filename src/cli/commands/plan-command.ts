import { resolve } from 'node:path'
import { liveHost } from '../../host/live-host.ts'
import type { Printer } from '../../host/printer.ts'
import { planProcedure } from '../../session/plan/plan-procedure.ts'
import type { Plan } from '../../session/plan/schema.ts'
import { ratedTenths } from '../../session/store/score.ts'
import { Unattended } from '../../session/walk/unattended.ts'
import type { PlanArguments } from '../argument-types.ts'
import { voiced } from '../event-lines.ts'
import { beginWalk, walkOptions } from './begin-walk.ts'
import { deliverText, requireWritable } from './output-file.ts'
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
    const deliver = async (plan: Plan): Promise<void> => {
      await deliverText(`${JSON.stringify(plan, null, 1)}\n`, { path, mode: args.mode }, host, printer)
      for (const line of endLines(plan, path)) words.out(line)
    }
    const walk = await beginWalk(options, new Unattended(words), planProcedure(deliver))
    return seenThrough(walk, { words, tell })
  })
}

function endLines({ stages, exposure, unit }: Plan, path: string | undefined): string[] {
  const taken = stages.flatMap(({ directives }) => directives.filter(({ state }) => state === 'taken'))
  const win = `exposure ${ratedTenths(exposure.before)} → ${ratedTenths(exposure.after)}`
  const count = `${taken.length} ${taken.length === 1 ? 'directive' : 'directives'}`
  const where = path === undefined ? '' : `, in ${path}`
  const next =
    path === undefined ? [] : [`To read it: hardenctl diff ${path}. To apply it: hardenctl apply ${path}`]
  return ['', `Plan of ${unit}: ${count}, ${win}, proven in clones${where}.`, ...next]
}
