import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import type { Assignment, NewAccount, StageOrAll } from '../../catalog/common/types.ts'
import { Bug, ExpectedError, isExpected, orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Account } from '../../observe/facts.ts'
import { daemonReload, queue, resetFailed } from '../../systemd/manager/control.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import { armTimer, undoNow } from '../../systemd/manager/timer.ts'
import { keptPath, trialPath } from '../../systemd/settings/drop-in.ts'
import { difference, type SettingDifference } from '../../systemd/settings/settings-difference.ts'
import { checkHealth, type HealthReport } from '../health/health.ts'
import type { Before, Reason } from '../health/judge.ts'
import { takeSnapshot } from '../health/unit-snapshot.ts'
import {
  ForeignChangeError,
  foreignChangeIn,
  requireSameFiles,
  requireUntouched,
  trialText,
  unitFiles,
} from './foreign-changes.ts'
import { accountsOf, makeAccount } from './new-account.ts'
import { givenTo, handOver, type OwnershipRecord, planOwnership, recordOwnership } from './ownership.ts'
import { blockingReason, lackingRoom } from './preconditions.ts'
import { trialScript } from './restore.ts'
import { timed } from './steps.ts'
import {
  type Attempt,
  type Change,
  IgnoredSettingsError,
  startLimitMs,
  type Trial,
  type TrialContext,
  TrialError,
  type Undone,
} from './trial.ts'
import { bootPaths, missingFolders, restartMark, scriptPath } from './trial-paths.ts'
import { placeUndo, removeUndo, undoStands } from './undo-file.ts'
import { bootUnit } from './undo-script.ts'

const SHOWN_DIFFERENCES = 3

/** Writes the script that undoes the trial where PID 1 finds it, and for a change that outlives /run, at boot too. */
async function arm(context: TrialContext, trial: Trial): Promise<void> {
  const { host, unit } = context
  const boot = bootPaths(unit)
  const lasting = trial.records.length > 0
  const text = trialScript(unit, trial, lasting ? [boot.link, boot.unit, boot.script] : [])
  await armTimer(host, unit, await placeUndo(host, unit, text), context.deadManSeconds)
  if (!lasting) return
  await host.write(boot.script, text, 0o700)
  await host.write(boot.unit, bootUnit(unit, boot.script), 0o644)
  await host.makeDirectory(dirname(boot.link), 0o755)
  await host.remove(boot.link)
  const linked = await host.run(['ln', '-s', '--', boot.unit, boot.link])
  if (linked.exitCode !== 0)
    throw new TrialError(`the undo at boot could not be set up: ${linked.stderr.trim()}`)
}

function differenceText({ key, asked, shown }: SettingDifference): string {
  return `${key}: asked for ${asked || 'nothing'}, the unit shows ${shown || 'nothing'}`
}

/** An ignored line starts the service unprotected: it is a failure like any other. */
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
    `systemd did not take it: ${shown.join('; ')}`,
    wrong.map(({ key }) => key),
  )
}

/** What the change may take from its owners, with whom it gives that to. */
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
  if (now.active !== 'active') throw new TrialError(`the service is ${now.active} now; nothing was changed`)
  const hindered = await blockingReason(context)
  if (hindered !== undefined) throw new TrialError(hindered)
  const accounts = [...context.accounts, ...accountsOf(change.account)]
  const records = await recordsOf(context, change, accounts)
  return {
    token: randomBytes(8).toString('hex'),
    unit,
    stage,
    assignments: change.assignments,
    records,
    foldersMade: await missingFolders(host, [
      dirname(trialPath(unit)),
      dirname(keptPath(unit)),
      dirname(bootPaths(unit).link),
    ]),
    changes: await planOwnership(host, change.ownership, records, accounts),
    before: { invocation: now.invocation, processes: now.processes },
    since: Date.now(),
    // Nobody else is at work in a clone, and each question of PID 1 costs a proof time.
    files: host.isClone ? undefined : await unitFiles(host, unit),
  }
}

async function perform(
  context: TrialContext,
  trial: Trial,
  account: NewAccount | undefined,
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
    await host.makeDirectory(dirname(trialPath(unit)), 0o755)
    await host.write(trialPath(unit), trialText(trial), 0o644)
  })
  await step('reload', () => daemonReload(host))
  await step('verify', async () => {
    await requireSameFiles(host, unit, trial)
    await verifySettings(host, unit, trial.assignments, context.groups)
  })
  await step('restart', async () => {
    await requireUntouched(host, unit, trial)
    // A service that can't save its data on a full disk may not even stop.
    const lacking = await lackingRoom(host)
    if (lacking !== undefined) throw new TrialError(lacking)
    // From here on an undo restarts the service.
    await host.write(restartMark(unit), '', 0o600)
    await resetFailed(host, unit)
    trial.since = Date.now()
    await queue(host, 'restart', unit)
  })
  return step('health', async () => {
    const report = await checkHealth(healthCheckInput(context, trial.before, trial.since))
    if (!report.healthy) throw new UnhealthyError(report)
    return report
  })
}

function reasonOf(error: unknown): Reason {
  const text = (error as Error).message
  return error instanceof IgnoredSettingsError
    ? { kind: 'settings', text, keys: error.keys }
    : { kind: 'error', text }
}

/** The signal ended a trial: what became of it. */
export class AbortedTrial extends ExpectedError {
  override name = 'AbortedTrial'
  readonly undone: Undone
  constructor(undone: Undone) {
    super('the trial was interrupted')
    this.undone = undone
  }
}

export class UnhealthyError extends ExpectedError {
  readonly report: HealthReport
  constructor(report: HealthReport) {
    super(report.reasons[0]?.text ?? 'not healthy')
    this.report = report
  }
}

export function healthCheckInput(
  context: TrialContext,
  before: Before,
  since: number,
): Parameters<typeof checkHealth>[0] {
  const { host, unit, baseline, executables, allPrograms, signal } = context
  const limits = { startLimitMs: startLimitMs(baseline) }
  return {
    host,
    unit,
    baseline,
    before,
    since,
    executables,
    allPrograms,
    ...limits,
    ...(signal ? { signal } : {}),
  }
}

/**
 * One change as one transaction, up to the proof. Whatever fails between arming and the proof is undone at once by
 * the same script that the timer runs, and the undo is proven too. An abort through the signal is undone and then
 * thrown as AbortedTrial.
 */
export async function attempt(context: TrialContext, stage: StageOrAll, change: Change): Promise<Attempt> {
  const trial = await timed('snapshot', context, () => snapshot(context, stage, change))
  await context.remember(trial)
  try {
    const report = await perform(context, trial, change.account)
    return { healthy: true, trial, report }
  } catch (error) {
    const meddled = await foreignChangeIn(error, context, trial)
    const undone = await undo(context, trial)
    if (change.account) undone.lines.push(`the system account ${change.account.name} stays; nothing uses it`)
    if (context.signal?.aborted) throw new AbortedTrial(undone)
    if (!isExpected(error)) throw new Bug(error, undone)
    if (meddled !== undefined) throw new ForeignChangeError(meddled, undone)
    const report = error instanceof UnhealthyError ? error.report : undefined
    const reasons = report?.reasons ?? [reasonOf(error)]
    return { healthy: false, trial, reasons, report, undone }
  }
}

/** True when nothing of a trial is left. Without a script nothing was armed, or the timer came first. */
async function runUndo(host: Host, unit: string): Promise<boolean> {
  // The script takes itself away.
  if (!(await undoStands(host, unit))) await removeUndo(host, unit)
  else if (!(await undoNow(host, unit, scriptPath(unit)))) return false
  return (await host.stat(trialPath(unit))) === undefined
}

/** Undoes a trial that passed, without proving more: true when nothing of it is left. For a clone's next question. */
export async function takeBack(context: TrialContext, trial: Trial): Promise<boolean> {
  return timed('undo', context, () => runUndo(context.host, trial.unit))
}

/** The trial's restart was not begun, and nobody else restarted the service since it began. */
async function neverRestarted({ host, unit }: TrialContext, { before }: Trial): Promise<boolean> {
  const begun = (await host.stat(restartMark(unit))) !== undefined
  return !begun && (await takeSnapshot(host, unit)).invocation === before.invocation
}

/** Whether the unit's settings are those of before: PID 1 has read it from the same files, which say the same. */
async function sameSettings({ host, unit }: TrialContext, trial: Trial): Promise<boolean> {
  if (trial.files === undefined) return false
  return requireSameFiles(host, unit, trial).then(() => true, orElse(false))
}

/** How many of the files are as they were recorded. */
async function asRecorded(host: Host, records: readonly OwnershipRecord[]): Promise<number> {
  let count = 0
  for (const { path, uid, gid, mode } of records) {
    const now = await host.stat(path)
    if (now !== undefined && now.uid === uid && now.gid === gid && now.mode === mode) count += 1
  }
  return count
}

function ownersLine(back: number, all: number): string {
  return back === all
    ? `owner and mode of ${all} files are as they were`
    : `owner and mode of ${back} of ${all} files are as they were; the others have changed meanwhile`
}

/**
 * Undoes a trial and proves that the service is back; the signal that stopped the trial does not stop this. A service
 * that the trial did not come to restart is left running: the proof is then that the same processes go on.
 */
export async function undo(context: TrialContext, trial: Trial): Promise<Undone> {
  const { host, unit } = context
  const { signal: _, ...rest } = context
  // What can't be looked at must not put the undo off.
  const goesOn = await neverRestarted(context, trial).catch(() => false)
  const ran = await timed('undo', context, () => runUndo(host, unit))
  try {
    const report = await timed('prove-undo', context, async () => {
      const before = goesOn ? { ...trial.before, goesOn } : { invocation: '', processes: [] }
      const found = await checkHealth(healthCheckInput(rest, before, Date.now()))
      if (!found.healthy) throw new UnhealthyError(found)
      return found
    })
    if (!ran) {
      const line =
        'not all is taken back yet, as on a disk that is full or read-only or while the unit has no file: PID 1 tries again each minute'
      return { proven: false, lines: [line, ...report.proof] }
    }
    await context.remember(undefined)
    const lines = [
      'the trial drop-in is gone and systemd has read its files again',
      ...(goesOn && (await sameSettings(context, trial))
        ? ['its settings are those of before the trial']
        : []),
      ...(trial.changes.length > 0
        ? [ownersLine(await asRecorded(host, trial.records), trial.records.length)]
        : []),
      ...report.proof,
    ]
    return { proven: true, lines }
  } catch (error) {
    const again = ran ? '' : '; PID 1 tries again each minute'
    const line = `the service is not proven to be back: ${(error as Error).message}${again}`
    if (!isExpected(error)) throw new Bug(error, { proven: false, lines: [line] })
    return { proven: false, lines: [line] }
  }
}
