import { ExpectedError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { liveHost } from '../../host/live-host.ts'
import type { Printer } from '../../host/printer.ts'
import { readMachine } from '../../observe/observe.ts'
import { exitCode } from '../../session/exit-code.ts'
import type { Section } from '../../session/export/blocks.ts'
import { keptUpstream } from '../../session/export/kept-upstream.ts'
import { reportMarkdown } from '../../session/export/markdown.ts'
import { upstreamReport } from '../../session/export/upstream.ts'
import { keptNow } from '../../session/overview/kept.ts'
import { proofAge } from '../../session/overview/proof-age.ts'
import type { StoredState } from '../../session/store/store.ts'
import type { Properties } from '../../systemd/manager/services.ts'
import { first, listOf, showUnit } from '../../systemd/manager/show.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import { isOwnDropIn } from '../../systemd/settings/drop-in.ts'
import { syscallGroups } from '../../systemd/syscalls/syscall-groups.ts'
import { standsBy } from '../../trial/transaction/stand-by.ts'
import type { UpstreamArguments } from '../argument-types.ts'
import { plansIn } from './diff-command.ts'
import { keptHere, keptOf } from './kept-here.ts'
import { deliverText, placeFor } from './output-file.ts'

/** Throws where the live service does not run with all that is kept: it proves nothing for others then. */
async function requireInForce(host: Host, stored: StoredState, properties: Properties): Promise<void> {
  const { unit } = stored
  const { wrong } = await keptNow(host, stored, properties, await syscallGroups(host))
  if (wrong.length > 0)
    throw new ExpectedError(
      `not everything that is kept for ${unit} is in force`,
      `hardenctl status ${shortName(unit)} tells what: nothing is handed on before it is.`,
    )
  if (await standsBy(host, unit))
    throw new ExpectedError(
      `${unit} has not run with what is kept for it, which is proven in clones alone`,
      'Export it after its next run.',
    )
}

async function reportOfKept(host: Host, given: string): Promise<Section> {
  const stored = await keptOf(host, given)
  const properties = await showUnit(host, stored.unit)
  await requireInForce(host, stored, properties)
  return keptUpstream({
    ...(await keptHere(host, stored)),
    age: await proofAge(host, stored),
    fragment: first(properties, 'FragmentPath'),
    dropIns: listOf(properties, 'DropInPaths').filter((path) => !isOwnDropIn(path)),
  })
}

async function reportOfPlans(host: Host, files: readonly string[]): Promise<Section> {
  return upstreamReport(await plansIn(files), new Date(), await readMachine(host))
}

/** Writes or prints what a package could take of plans, or of what is kept. Returns the exit code. */
export async function runUpstream({ of, ...to }: UpstreamArguments, printer: Printer): Promise<number> {
  const host = liveHost()
  const place = await placeFor(host, to)
  const report = 'unit' in of ? await reportOfKept(host, of.unit) : await reportOfPlans(host, of.files)
  await deliverText(reportMarkdown(report), place, host, printer)
  return exitCode('done')
}
