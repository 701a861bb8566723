import { dirname, resolve } from 'node:path'
import { ExpectedError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { liveHost } from '../../host/live-host.ts'
import type { Printer } from '../../host/printer.ts'
import { followed } from '../../session/events/walk-events.ts'
import { planProcedure } from '../../session/plan/plan-procedure.ts'
import type { Plan } from '../../session/plan/schema.ts'
import { ratedTenths } from '../../session/store/score.ts'
import { Unattended } from '../../session/walk/unattended.ts'
import type { PlanArguments } from '../argument-types.ts'
import { voiced } from '../event-lines.ts'
import { finishNow } from '../finish-now.ts'
import { tellStack } from '../stack.ts'
import { beginWalk, undoOnSignals, walkOptions } from './begin-walk.ts'

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
      const text = JSON.stringify(plan, null, 1)
      if (path === undefined) for (const line of text.split('\n')) printer.out(line)
      else await host.write(path, `${text}\n`, args.mode)
      for (const line of endLines(plan, path)) words.out(line)
    }
    const walk = await beginWalk(options, new Unattended(words), planProcedure(deliver))
    undoOnSignals(walk)
    const code = await followed(walk, tell)
    if (walk.bug !== undefined) tellStack(words, walk.bug.error)
    return finishNow(code)
  })
}

/** Found out before the minutes that a plan takes. */
async function requireWritable(host: Host, path: string): Promise<void> {
  const folder = dirname(path)
  const real = await host.resolve(folder)
  const stat = real === undefined ? undefined : await host.stat(real)
  if (stat?.kind !== 'directory') throw new ExpectedError(`there is no folder ${folder}`)
  const there = await host.stat(path)
  if (there !== undefined && there.kind !== 'file')
    throw new ExpectedError(`${path} is no file, so no plan is written over it`)
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
