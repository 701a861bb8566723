import { resolve } from 'node:path'
import { liveHost } from '../../host/live-host.ts'
import type { Printer } from '../../host/printer.ts'
import { exitCode } from '../../session/exit-code.ts'
import { ansibleCollection } from '../../session/export/ansible/collection.ts'
import { reportHtml } from '../../session/export/html.ts'
import { keptDropIn } from '../../session/export/kept-drop-in.ts'
import { keptPlan } from '../../session/export/kept-plan.ts'
import { reportMarkdown } from '../../session/export/markdown.ts'
import { planDropIn } from '../../session/export/plan-drop-in.ts'
import { reportOf } from '../../session/export/report.ts'
import { parsePlan } from '../../session/plan/parse-plan.ts'
import type { Plan } from '../../session/plan/schema.ts'
import type { ExportArguments } from '../argument-types.ts'
import { planIn } from './diff-command.ts'
import { keptHere, keptOf } from './kept-here.ts'
import { deliverText, placeFor } from './output-file.ts'
import { deliverCollection } from './output-folder.ts'

/** Checked as the text of any plan. */
async function keptAsPlan(unit: string): Promise<Plan> {
  const kept = await keptHere(liveHost(), await keptOf(liveHost(), unit))
  return parsePlan(JSON.stringify(keptPlan(kept)))
}

async function textOf({ of, form }: ExportArguments): Promise<string> {
  if ('unit' in of) return keptDropIn(await keptOf(liveHost(), of.unit))
  const plan = await planIn(of.file)
  if (form === 'drop-in') return planDropIn(plan)
  return form === 'html' ? reportHtml(reportOf(plan)) : reportMarkdown(reportOf(plan))
}

/** Writes or prints what a plan came to, or what is kept. Returns the exit code. */
export async function runExport(args: ExportArguments, printer: Printer): Promise<number> {
  const host = liveHost()
  const { of, form, output, mode } = args
  if (form === 'ansible' && output !== undefined) {
    const plan = 'file' in of ? await planIn(of.file) : await keptAsPlan(of.unit)
    await deliverCollection(host, { path: resolve(output), mode }, ansibleCollection(plan), printer)
    return exitCode('done')
  }
  const place = await placeFor(host, args)
  await deliverText(await textOf(args), place, host, printer)
  return exitCode('done')
}
