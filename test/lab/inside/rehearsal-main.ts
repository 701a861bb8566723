import { liveHost } from '../../../src/host/live-host.ts'
import { observe } from '../../../src/observe/observe.ts'
import { bootClone } from '../../../src/rehearsal/boot/clone.ts'
import { cloneProblem } from '../../../src/rehearsal/boot/clone-problem.ts'
import { type BaselineVerdict, rehearseBaseline } from '../../../src/rehearsal/boot/proven-clone.ts'
import { keep } from '../../../src/trial/transaction/keep.ts'
import { attempt } from '../../../src/trial/transaction/transaction.ts'
import type { Change, TrialContext } from '../../../src/trial/transaction/trial.ts'
import { assignmentOf, measuredBaseline } from './wishes.ts'

/** One rehearsal, run inside a lab: node rehearsal.mjs JSON. */
export interface RehearsalWish {
  unit: string
  checks: readonly string[]
  companions?: readonly string[]
  /** Changes in the order in which they are tried in the clone; what is healthy is kept there. */
  changes?: readonly { settings: readonly string[]; owner?: { path: string; user: string; group: string } }[]
  /** Shell lines run in the clone at the end. */
  shell?: readonly string[]
  /** Says "ready" and waits, instead of removing the clone. */
  hold?: boolean
}

export interface RehearsalResult {
  problem: string | null
  notes: readonly string[]
  verdict: BaselineVerdict
  attempts: { healthy: boolean; kept: boolean; reasons: string[]; undone?: { proven: boolean }; ms: number }[]
  shell: string[]
  ms: { boot: number; baseline: number; dispose: number }
}

async function tryChange(
  context: TrialContext,
  change: Change,
): Promise<RehearsalResult['attempts'][number]> {
  const started = performance.now()
  const result = await attempt(context, 'system', change)
  const ms = () => Math.round(performance.now() - started)
  if (!result.healthy) {
    const reasons = result.reasons.map(({ text }) => text)
    return { healthy: false, kept: false, reasons, undone: result.undone, ms: ms() }
  }
  const invocation = result.report.last?.invocation ?? ''
  const parts = [{ comment: [], assignments: change.assignments }]
  const kept = await keep(context, result.trial, parts, invocation)
  return { healthy: true, kept: kept.kept, reasons: kept.kept ? [] : [kept.reason], ms: ms() }
}

async function run(wish: RehearsalWish): Promise<RehearsalResult> {
  const live = liveHost()
  const { unit } = wish
  const facts = await observe(live, unit)
  const baseline = await measuredBaseline(live, facts, wish.checks)
  const executables = facts.executables.map(({ path }) => path)
  const problem = (await cloneProblem(live)) ?? null
  const clone = await bootClone(live, { unit, companions: wish.companions ?? [] })
  if (wish.hold) {
    await rehearseBaseline(live, clone, { unit, baseline, executables })
    console.log(`ready ${clone.unit}`)
    await new Promise(() => undefined)
  }
  const begun = performance.now()
  const verdict = await rehearseBaseline(live, clone, { unit, baseline, executables })
  const baselineMs = Math.round(performance.now() - begun)
  const context: TrialContext = {
    host: clone.host,
    unit,
    baseline,
    groups: facts.syscallGroups,
    accounts: [
      ...facts.accounts,
      { kind: 'user', name: 'daemon', id: 1 },
      { kind: 'group', name: 'daemon', id: 1 },
    ],
    executables,
    deadManSeconds: 60,
    remember: async () => undefined,
    tell: () => undefined,
  }
  const attempts: RehearsalResult['attempts'] = []
  for (const { settings, owner } of wish.changes ?? []) {
    const ownership = owner === undefined ? [] : [{ ...owner, why: 'a test' }]
    attempts.push(await tryChange(context, { assignments: settings.map(assignmentOf), ownership }))
  }
  const shell: string[] = []
  for (const line of wish.shell ?? []) {
    const { exitCode, stdout, stderr } = await clone.host.run(['sh', '-c', line])
    shell.push(`${exitCode} ${stdout}${stderr}`.trim())
  }
  const ended = performance.now()
  await clone.dispose()
  const dispose = Math.round(performance.now() - ended)
  const ms = { boot: clone.bootMs, baseline: baselineMs, dispose }
  return { problem, notes: clone.notes, verdict, attempts, shell, ms }
}

console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? ''))))
process.exit(0)
