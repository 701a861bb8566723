import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import type { Assignment, NewAccount, StageOrAll } from '../../catalog/common/types.ts'
import { Bug, ExpectedError, isExpected, orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Account } from '../../observe/facts.ts'
import { beginJob, daemonReload, JOB_TIME_MS, killUnit, resetFailed } from '../../systemd/manager/control.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import { keptPath } from '../../systemd/settings/drop-in.ts'
import { difference, type SettingDifference } from '../../systemd/settings/settings-difference.ts'
import { markSockets, odditiesOf } from '../diagnosis/oddities.ts'
import { giveWork } from '../health/give-work.ts'
import { checkHealth, type HealthReport } from '../health/health.ts'
import type { Reason } from '../health/judge.ts'
import { takeSnapshot } from '../health/unit-snapshot.ts'
import { arm } from './arm.ts'
import {
  ForeignChangeError,
  foreignChangeIn,
  requireSameFiles,
  requireUntouched,
  trialText,
  unitFiles,
} from './foreign-changes.ts'
import { requireEffect } from './in-effect.ts'
import { accountsOf, makeAccount } from './new-account.ts'
import {
  givenTo,
  handOver,
  type OwnershipRecord,
  planGiveBack,
  planOwnership,
  recordOwnership,
} from './ownership.ts'
import { playOf, unplayed } from './play.ts'
import { blockingReason, lackingRoom } from './preconditions.ts'
import { timed } from './steps.ts'
import {
  type Attempt,
  type Change,
  IgnoredSettingsError,
  type Trial,
  type TrialContext,
  TrialError,
  type Undone,
} from './trial.ts'
import { healthCheckInput, UnhealthyError } from './trial-health.ts'
import { bootPaths, dropInPath, missingFolders, restartMark } from './trial-paths.ts'
import { undo } from './undo.ts'

const SHOWN_DIFFERENCES = 3

function differenceText({ key, asked, shown }: SettingDifference): string {
  return `${key}: the drop-in says ${asked || 'nothing'}, the unit shows ${shown || 'nothing'}`
}

/** An ignored line would start the service unprotected, so it is a failure like any other. */
export async function verifySettings(
  host: Host,
  unit: string,
  assignments: readonly Assignment[],
  groups: Record<string, string[]>,
): Promise<void> {
  const wrong = difference([...assignments], await showUnit(host, unit), groups)
  if (wrong.length === 0) return
  const shown = wrong.slice(0, SHOWN_DIFFERENCES).map(differenceText)
  throw new IgnoredSettingsError(
    `systemd did not accept the change: ${shown.join('; ')}`,
    wrong.map(({ key }) => key),
  )
}

/** Files that the change may take from their owners, and the accounts that get them. */
async function recordsOf(
  { host, unit }: TrialContext,
  { ownership, assignments }: Change,
  accounts: readonly Account[],
): Promise<OwnershipRecord[]> {
  const records = await recordOwnership(host, ownership, assignments)
  if (records.length === 0) return records
  const present = first(await showUnit(host, unit, ['User']), 'User')
  const given = givenTo(ownership, assignments, accounts, present)
  return records.map((record) => ({ ...record, given }))
}

async function snapshot(context: TrialContext, stage: StageOrAll, change: Change): Promise<Trial> {
  const { host, unit } = context
  const now = await takeSnapshot(host, unit)
  const state = playOf(context).hindrance(now)
  if (state !== undefined) throw new TrialError(`${state}; nothing was changed`)
  // Nothing hinders a trial in a clone that does not make it fail, and each look there costs a proof time.
  const hindered = host.isClone ? undefined : await blockingReason(context)
  if (hindered !== undefined) throw new TrialError(hindered)
  const accounts = [...context.accounts, ...accountsOf(change.account)]
  const { reduces } = change
  const given = reduces && (await planGiveBack(host, reduces.records))
  const records = given?.map(({ before }) => before) ?? (await recordsOf(context, change, accounts))
  const own = { unit, reduces: reduces && (true as const) }
  return {
    token: randomBytes(8).toString('hex'),
    ...own,
    stage,
    assignments: change.assignments,
    records,
    foldersMade: await missingFolders(host, [
      dirname(dropInPath(host.manager, own)),
      dirname(dirname(dropInPath(host.manager, own))),
      dirname(keptPath(host.manager, unit)),
      dirname(bootPaths(host.manager, unit).link),
    ]),
    changes: given ?? (await planOwnership(host, change.ownership, records, accounts)),
    before: { invocation: now.invocation, processes: now.processes, daemons: now.daemons },
    since: Date.now(),
    // Nobody else works in a clone, and each request to PID 1 costs a proof time.
    files: host.isClone ? undefined : await unitFiles(host, unit, own.reduces),
  }
}

async function perform(
  context: TrialContext,
  trial: Trial,
  account: NewAccount | undefined,
  isBrief: boolean,
): Promise<HealthReport> {
  const { host, unit, signal } = context
  const step = async <T>(name: Parameters<typeof timed>[0], work: () => Promise<T>): Promise<T> => {
    signal?.throwIfAborted()
    return timed(name, context, work)
  }
  await step('arm', () => arm(context, trial))
  await step('hand-over', async () => {
    if (account) await makeAccount(host, account)
    await handOver(host, trial.changes)
  })
  await step('write', async () => {
    await host.makeDirectory(dirname(dropInPath(host.manager, trial)), 0o755)
    await host.write(dropInPath(host.manager, trial), trialText(trial), 0o644)
  })
  await step('reload', () => daemonReload(host))
  await step('verify', async () => {
    await requireSameFiles(host, unit, trial)
    await verifySettings(host, unit, trial.assignments, context.groups)
  })
  if (!playOf(context).restarts) return unplayed(await takeSnapshot(host, unit), context.baseline)
  const job = await step('restart', async () => {
    await requireUntouched(host, unit, trial)
    // A service that can't save its data on a full disk may not even stop.
    const lacking = host.isClone ? undefined : await lackingRoom(host)
    if (lacking !== undefined) throw new TrialError(lacking)
    // From here on an undo restarts the service.
    await host.write(restartMark(host.manager, unit), '', 0o600)
    if (context.isAbrupt) await killUnit(host, unit)
    await resetFailed(host, unit)
    await giveWork(host, context.baseline)
    trial.since = Date.now()
    return beginJob(host, 'restart', unit, JOB_TIME_MS)
  })
  return step('health', async () => {
    const input = healthCheckInput(context, trial.before, trial.since)
    const report = await checkHealth({ ...input, job, isBrief })
    if (!report.healthy) throw new UnhealthyError(report)
    await requireEffect(host, unit, trial.assignments)
    return report
  })
}

function reasonOf(error: unknown): Reason {
  const text = (error as Error).message
  return error instanceof IgnoredSettingsError
    ? { kind: 'settings', text, keys: error.keys }
    : { kind: 'error', text }
}

/** The signal ended a trial; holds the result of its undo. */
export class AbortedTrial extends ExpectedError {
  override name = 'AbortedTrial'
  readonly undone: Undone
  constructor(undone: Undone) {
    super('the trial was interrupted')
    this.undone = undone
  }
}

/**
 * One change as one transaction, up to the proof. Whatever fails between arming and the proof is undone at once by
 * the same script that the timer runs, and the undo is proven too. An abort through the signal is undone and then
 * thrown as AbortedTrial. `isBrief` is for a caller that starts the service once more under the same change and watches
 * that start: see HealthCheckInput.
 */
export async function attempt(
  context: TrialContext,
  stage: StageOrAll,
  change: Change,
  { isBrief = false }: { isBrief?: boolean } = {},
): Promise<Attempt> {
  const trial = await timed('snapshot', context, () => snapshot(context, stage, change))
  await context.remember(trial)
  try {
    const { host, unit, baseline } = context
    const sockets = host.isClone
      ? new Map()
      : await markSockets(host, baseline.listeners).catch(orElse(new Map()))
    const report = await perform(context, trial, change.account, isBrief)
    const invocations = { before: trial.before.invocation, after: report.last?.invocation ?? '' }
    const { files = [] } = context
    const { listeners, answers: before } = baseline
    const answers = { before, now: report.answers ?? [] }
    const trialed = { unit, listeners, sockets, since: trial.since, files, answers, ...invocations }
    const isPlayed = !host.isClone && playOf(context).restarts
    const oddities = !isPlayed ? [] : await odditiesOf(host, trialed).catch(orElse([]))
    return { healthy: true, trial, report, oddities }
  } catch (error) {
    const foreign = await foreignChangeIn(error, context, trial)
    const undone = await undo(context, trial)
    if (change.account) undone.lines.push(`the system account ${change.account.name} stays; nothing uses it`)
    if (context.signal?.aborted) throw new AbortedTrial(undone)
    if (!isExpected(error)) throw new Bug(error, undone)
    if (foreign !== undefined) throw new ForeignChangeError(foreign, undone)
    const report = error instanceof UnhealthyError ? error.report : undefined
    const reasons = report?.reasons ?? [reasonOf(error)]
    return { healthy: false, trial, reasons, report, undone }
  }
}
