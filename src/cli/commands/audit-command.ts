import { liveHost } from '../../host/live-host.ts'
import type { Printer } from '../../host/printer.ts'
import { auditHost, fragmentsOf } from '../../session/audit/audit.ts'
import { metricsText } from '../../session/audit/metrics.ts'
import { type Audit, aboveThreshold, auditDocument } from '../../session/audit/report.ts'
import { sarifDocument } from '../../session/audit/sarif.ts'
import { guidePage, tableLines } from '../../session/audit/table.ts'
import { exitCode } from '../../session/exit-code.ts'
import type { AuditArguments } from '../argument-types.ts'
import { deliverText, placeFor } from './output-file.ts'

/** Shows what could be hardened, and changes nothing. Returns 1 if a service is above the threshold. */
export async function runAudit(args: AuditArguments, printer: Printer): Promise<number> {
  const host = liveHost()
  const { units, format, metrics, threshold } = args
  const place = await placeFor(host, { ...(metrics === undefined ? {} : { output: metrics }), mode: 0o644 })
  const limit = threshold === undefined ? {} : { threshold }
  const audit = await auditHost(host, { units, checks: format === 'sarif', ...limit })
  if (place.path !== undefined) await deliverText(metricsText(audit), place, host, printer)
  if (format === 'json') printJson(printer, auditDocument(audit))
  else if (format === 'sarif')
    printJson(printer, sarifDocument(audit, await fragmentsOf(host, [...audit.guides.keys()])))
  else if (metrics === undefined) for (const line of textOf(audit, units.length === 1)) printer.out(line)
  return exitCode(aboveThreshold(audit).length > 0 ? 'above-threshold' : 'done')
}

function textOf(audit: Audit, isOne: boolean): string[] {
  const [row] = audit.rows
  const guide = row === undefined ? undefined : audit.guides.get(row.unit)
  return isOne && row !== undefined && guide !== undefined ? guidePage(audit, row, guide) : tableLines(audit)
}

/** Each string of JSON is on one line, so that the printer can take from it what a terminal would obey. */
function printJson(printer: Printer, document: object): void {
  for (const line of JSON.stringify(document, null, 1).split('\n')) printer.out(line)
}
