import { liveHost } from '../../../src/host/live-host.ts'
import { observe } from '../../../src/observe/observe.ts'
import { bootProven } from '../../../src/rehearsal/boot/proven-clone.ts'
import { resetFailed } from '../../../src/systemd/manager/control.ts'
import { first, showUnit } from '../../../src/systemd/manager/show.ts'
import { takeSnapshot } from '../../../src/trial/health/unit-snapshot.ts'
import { attempt } from '../../../src/trial/transaction/transaction.ts'
import type { TrialContext } from '../../../src/trial/transaction/trial.ts'
import { undo } from '../../../src/trial/transaction/undo.ts'
import { assignmentOf, measuredBaseline } from './wishes.ts'

/** Verdicts of single directives on one service, live and in a clone, run inside a lab: node fidelity.mjs JSON. */
export interface FidelityWish {
  unit: string
  checks: readonly string[]
  companions?: readonly string[]
  values: readonly (readonly string[])[]
}

export interface Verdict {
  healthy: boolean
  /** What was wrong, or ''. */
  reason: string
  /** systemd did not take the setting: tells nothing about the service. */
  refused: boolean
}

/** One line of output a value; a first line "problem …" where the service's baseline fails in a clone. */
export interface FidelityLine {
  value: string
  live: Verdict
  clone: Verdict
}

/** A service may die some time after it was proven to be back: that must not end the comparison. */
async function ensureActive({ host, unit }: TrialContext): Promise<void> {
  const now = await takeSnapshot(host, unit)
  if (now.active === 'active' && !now.busy) return
  await resetFailed(host, unit)
  // A socket whose service broke too often is failed too, and the service can't start without it.
  const shown = await showUnit(host, unit, ['TriggeredBy'])
  for (const socket of first(shown, 'TriggeredBy').split(' ').filter(Boolean)) {
    await host.run(['systemctl', 'stop', unit], { timeoutMs: 60_000 })
    await resetFailed(host, socket)
    await host.run(['systemctl', 'restart', socket], { timeoutMs: 60_000 })
  }
  await host.run(['systemctl', 'restart', unit], { timeoutMs: 60_000 })
}

async function verdictOf(context: TrialContext, settings: readonly string[]): Promise<Verdict> {
  const change = { assignments: settings.map(assignmentOf), ownership: [] }
  await ensureActive(context)
  const result = await attempt(context, 'system', change)
  if (!result.healthy) {
    const { kind, text = '' } = result.reasons[0] ?? {}
    return { healthy: false, reason: text, refused: kind === 'settings' }
  }
  await undo(context, result.trial)
  return { healthy: true, reason: '', refused: false }
}

async function run(wish: FidelityWish): Promise<void> {
  const live = liveHost()
  const { unit } = wish
  const facts = await observe(live, unit)
  const baseline = { ...(await measuredBaseline(live, facts, wish.checks)), startMs: 300 }
  const executables = facts.executables.map(({ path }) => path)
  const options = { unit, companions: wish.companions ?? [], deadManSeconds: 3600 }
  const proven = await bootProven(live, options, { unit, baseline, executables })
  if (!('clone' in proven)) {
    console.log(`problem ${proven.verdict.missing}`)
    return
  }
  const common = {
    unit,
    baseline,
    groups: facts.syscallGroups,
    accounts: facts.accounts,
    executables,
    deadManSeconds: 60,
    remember: async () => undefined,
    tell: () => undefined,
  }
  const { clone } = proven
  try {
    // One after the other: a killed call of one of them must not be taken for the other's.
    for (const settings of wish.values) {
      const inClone = await verdictOf({ ...common, host: clone.host }, settings)
      const onLive = await verdictOf({ ...common, host: live }, settings)
      const line: FidelityLine = { value: settings.at(-1) ?? '', live: onLive, clone: inClone }
      console.log(JSON.stringify(line))
    }
  } finally {
    await clone.dispose()
  }
}

await run(JSON.parse(process.argv[2] ?? ''))
process.exit(0)
