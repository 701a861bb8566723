import { liveHost } from '../../host/live-host.ts'
import type { Printer } from '../../host/printer.ts'
import { readMachine } from '../../observe/observe.ts'
import { exitCode } from '../../session/exit-code.ts'
import { mergePlans } from '../../session/merge/merge-plans.ts'
import { machinesOf } from '../../session/plan/here.ts'
import { planText } from '../../session/plan/plan-text.ts'
import type { MergeArguments } from '../argument-types.ts'
import { voiced } from '../event-lines.ts'
import { plansIn } from './diff-command.ts'
import { deliverText, placeFor, wordsBeside } from './output-file.ts'
import { planEndLines } from './plan-end-lines.ts'

/** Writes or prints one plan of several, and tells where they differ. Returns the exit code. */
export function runMerge(args: MergeArguments, printer: Printer): Promise<number> {
  return voiced(printer, args.json === true, { command: 'merge' }, async ({ words: said, tell }) => {
    const host = liveHost()
    const place = await placeFor(host, args)
    const merged = mergePlans(await plansIn(args.files), new Date(), await readMachine(host))
    const words = wordsBeside(place, said, printer)
    await deliverText(planText(merged), place, host, printer)
    for (const note of merged.notes) {
      words.out(note)
      tell({ event: 'notice', text: note })
    }
    const count = machinesOf(merged).length
    const how = `borne by plans from ${count === 1 ? 'one machine' : `${count} machines`}`
    for (const line of planEndLines(merged, place.path, how)) words.out(line)
    return exitCode('done')
  })
}
