import { remedyId } from '../../../src/catalog/common/remedy.ts'
import { liveHost } from '../../../src/host/live-host.ts'
import { observe } from '../../../src/observe/observe.ts'
import { invocationJournal } from '../../../src/systemd/log/journal.ts'
import { diagnose } from '../../../src/trial/diagnosis/diagnosis.ts'
import { attempt } from '../../../src/trial/transaction/transaction.ts'
import type { TrialContext } from '../../../src/trial/transaction/trial.ts'
import { assignmentOf, measuredBaseline } from './wishes.ts'

/** One trial of settings that the catalog would never propose, run inside a lab: node attempt.mjs JSON. */
export interface AttemptWish {
  unit: string
  /** "Key=value" each. */
  settings: readonly string[]
  checks: readonly string[]
}

export interface AttemptResult {
  healthy: boolean
  /** All reasons, the most telling first. */
  reasons: string[]
  reason: string
  journal: string[]
  remedies: string[]
  undone: { proven: boolean; lines: string[] }
  /** Milliseconds from the beginning of the trial to the proof of the undo. */
  ms: number
}

async function run({ unit, settings, checks }: AttemptWish): Promise<AttemptResult> {
  const host = liveHost()
  const facts = await observe(host, unit)
  const context: TrialContext = {
    host,
    unit,
    baseline: await measuredBaseline(host, facts, checks),
    groups: facts.syscallGroups,
    accounts: facts.accounts,
    executables: facts.executables.map(({ path }) => path),
    deadManSeconds: 60,
    remember: async () => undefined,
    tell: () => undefined,
  }
  const started = performance.now()
  const change = { assignments: settings.map(assignmentOf), ownership: [] }
  const result = await attempt(context, 'system', change)
  const ms = Math.round(performance.now() - started)
  const nothing = { reason: '', journal: [], remedies: [], undone: { proven: false, lines: [] } }
  if (result.healthy) return { healthy: true, reasons: [], ...nothing, ms }
  const invocation = result.report?.last?.invocation ?? ''
  const { reason, journal, remedies } = diagnose({
    reasons: result.reasons,
    last: result.report?.last,
    journal: invocation === result.trial.before.invocation ? [] : await invocationJournal(host, invocation),
    records: result.report?.records ?? [],
    assignments: change.assignments,
    capabilities: (facts.unit.properties.CapabilityBoundingSet?.[0] ?? '').split(' '),
    groups: facts.syscallGroups,
  })
  const { reasons, undone } = result
  return {
    healthy: false,
    reasons: reasons.map(({ text }) => text),
    reason,
    journal,
    remedies: remedies.map(remedyId),
    undone,
    ms,
  }
}

console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? ''))))
process.exit(0)
