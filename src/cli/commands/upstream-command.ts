import { liveHost } from '../../host/live-host.ts'
import type { Printer } from '../../host/printer.ts'
import { readMachine } from '../../observe/observe.ts'
import { exitCode } from '../../session/exit-code.ts'
import { reportMarkdown } from '../../session/export/markdown.ts'
import { upstreamReport } from '../../session/export/upstream.ts'
import type { UpstreamArguments } from '../argument-types.ts'
import { plansIn } from './diff-command.ts'
import { deliverText, placeFor } from './output-file.ts'

/** Writes or prints what a package could take of plans. Returns the exit code. */
export async function runUpstream(args: UpstreamArguments, printer: Printer): Promise<number> {
  const host = liveHost()
  const place = await placeFor(host, args)
  const report = upstreamReport(await plansIn(args.files), new Date(), await readMachine(host))
  await deliverText(reportMarkdown(report), place, host, printer)
  return exitCode('done')
}
