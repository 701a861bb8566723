import { resolve } from 'node:path'
import { liveHost } from '../../host/live-host.ts'
import type { Printer } from '../../host/printer.ts'
import { readMachine } from '../../observe/observe.ts'
import { exitCode } from '../../session/exit-code.ts'
import { mergePlans } from '../../session/merge/merge-plans.ts'
import { machinesOf } from '../../session/plan/here.ts'
import type { MergeArguments } from '../argument-types.ts'
import { voiced } from '../event-lines.ts'
import { plansIn } from './diff-command.ts'
import { deliverText, requireWritable } from './output-file.ts'
import { planEndLines } from './plan-end-lines.ts'

/** Writes or prints one plan of several, and tells where they differ. Returns the exit code. */
export function runMerge(args: MergeArguments, printer: Printer): Promise<number> {
  return voiced(printer, args.json === true, { command: 'merge' }, async ({ words: said, tell }) => {
    const host = liveHost()
    const path = args.output === undefined ? undefined : resolve(args.output)
    if (path !== undefined) await requireWritable(host, path)
    const merged = mergePlans(await plansIn(args.files), new Date(), await readMachine(host))
    const words = path === undefined ? { out: printer.err, err: printer.err } : said
    await deliverText(`${JSON.stringify(merged, null, 1)}\n`, { path, mode: args.mode }, host, printer)
    for (const note of merged.notes) {
      words.out(note)
      tell({ event: 'notice', text: note })
    }
    const how = `borne by plans from ${machinesOf(merged).length} machines`
    for (const line of planEndLines(merged, path, how)) words.out(line)
    return exitCode('done')
  })
}
