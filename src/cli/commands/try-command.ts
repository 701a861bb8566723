import { resolve } from 'node:path'
import { STAGES } from '../../catalog/common/types.ts'
import { CATALOG } from '../../catalog/index.ts'
import { liveHost } from '../../host/live-host.ts'
import type { Printer } from '../../host/printer.ts'
import type { CommandEnd } from '../../session/exit-code.ts'
import { planProcedure } from '../../session/plan/plan-procedure.ts'
import { planText } from '../../session/plan/plan-text.ts'
import type { Plan, PlannedDirective } from '../../session/plan/schema.ts'
import { StrangerError } from '../../session/try/parse-drop-in.ts'
import { readDropIn } from '../../session/try/read-drop-in.ts'
import { endOfTry, howToTake, triedLine, triedRows } from '../../session/try/tried-rows.ts'
import { triedWork } from '../../session/try/tried-work.ts'
import { Unattended } from '../../session/walk/unattended.ts'
import type { TryArguments } from '../argument-types.ts'
import { type Voice, voiced } from '../event-lines.ts'
import { UsageError } from '../usage-error.ts'
import { beginWalk, walkOptions } from './begin-walk.ts'
import { deliverText, placeFor } from './output-file.ts'
import { seenThrough } from './seen-through.ts'

/** Proves another's drop-in row by row in clones. Changes nothing here. Returns the exit code. */
export function runTry(args: TryArguments, printer: Printer): Promise<number> {
  const about = { command: 'try', unit: args.walk.unit }
  return voiced(printer, args.walk.json === true, about, (voice) => tryVoiced(args, voice))
}

async function rowsIn(path: string): Promise<PlannedDirective[]> {
  try {
    return await readDropIn(liveHost(), resolve(path))
  } catch (error) {
    if (error instanceof StrangerError) throw new UsageError(error.message)
    throw error
  }
}

async function tryVoiced(args: TryArguments, voice: Voice): Promise<number> {
  const { words, tell } = voice
  const host = liveHost()
  const rows = await rowsIn(args.file)
  const named = new Set(rows.map(({ directive }) => directive))
  const stages = STAGES.filter((stage) => CATALOG.some((one) => one.stage === stage && named.has(one.key)))
  const place = await placeFor(host, args)
  const deliver = async (plan: Plan): Promise<CommandEnd> => {
    const tried = triedRows(plan, rows)
    if (place.path !== undefined) await deliverText(planText(plan), place, host, words)
    words.out('')
    for (const row of tried) words.out(`  ${triedLine(row)}`)
    for (const line of howToTake(plan, tried, place.path)) words.out(line)
    tell({ event: 'tried', unit: plan.unit, rows: tried })
    return endOfTry(tried)
  }
  const options = await walkOptions({ ...args.walk, stages })
  const procedure = planProcedure(deliver, (stage, facts) => triedWork(rows, stage, facts))
  const walk = await beginWalk(options, new Unattended(words), procedure)
  return seenThrough(walk, voice)
}
