import { Bug, isExpected, orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { beginJob, daemonReload, JOB_TIME_MS, killUnit, resetFailed } from '../../systemd/manager/control.ts'
import { undoNow } from '../../systemd/manager/timer.ts'
import { checkHealth } from '../health/health.ts'
import { ANY_START } from '../health/judge.ts'
import { takeSnapshot } from '../health/unit-snapshot.ts'
import { requireSameFiles } from './foreign-changes.ts'
import type { OwnershipRecord } from './ownership.ts'
import { timed } from './steps.ts'
import type { Trial, TrialContext, Undone } from './trial.ts'
import { healthCheckInput, UnhealthyError } from './trial-health.ts'
import { dropInPath, restartMark, scriptPath } from './trial-paths.ts'
import { removeUndo, undoStands } from './undo-file.ts'

/** True if nothing of a trial is left. Without a script nothing was armed, or the timer was first. */
async function runUndo(host: Host, trial: Trial): Promise<boolean> {
  const { unit } = trial
  // The script takes itself away.
  if (!(await undoStands(host, unit))) await removeUndo(host, unit)
  else if (!(await undoNow(host, unit, scriptPath(host.manager, unit)))) return false
  return (await host.stat(dropInPath(host.manager, trial))) === undefined
}

/** What the undo script does for a trial that gave no file away, for a clone: nobody has to do it if hardenctl dies. */
async function takeAway(host: Host, trial: Trial): Promise<boolean> {
  const { unit, foldersMade } = trial
  await host.remove(dropInPath(host.manager, trial))
  for (const folder of foldersMade) await host.remove(folder).catch(orElse(false))
  await removeUndo(host, unit)
  await daemonReload(host)
  await resetFailed(host, unit)
  await (await beginJob(host, 'restart', unit, JOB_TIME_MS)).over
  return true
}

/** Undoes a trial that passed, without proving more: true when nothing of it is left. For a clone's next question. */
export async function takeBack(context: TrialContext, trial: Trial): Promise<boolean> {
  const { host } = context
  const gaveNothing = host.isClone && trial.records.length === 0
  return timed('undo', context, () => (gaveNothing ? takeAway(host, trial) : runUndo(host, trial)))
}

/**
 * The trial has not begun its restart, and nobody else has restarted the service. An undo never runs a oneshot again,
 * so that no new run of it is to be proven.
 */
async function neverRestarted(context: TrialContext, { before }: Trial): Promise<boolean> {
  const { host, unit } = context
  if (context.baseline.oneshot !== undefined) return true
  const begun = (await host.stat(restartMark(host.manager, unit))) !== undefined
  return !begun && (await takeSnapshot(host, unit)).invocation === before.invocation
}

/** Whether the unit has its earlier settings: PID 1 has read the same files with the same content. */
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

/** The result for files that had another owner, by looking at each: "owner and mode of 3 files are as they were". */
export async function ownersLine(host: Host, records: readonly OwnershipRecord[]): Promise<string> {
  const all = records.length
  const back = await asRecorded(host, records)
  return back === all
    ? `owner and mode of ${all} files are as they were`
    : `owner and mode of ${back} of ${all} files are as they were; the others have changed since`
}

/**
 * Undoes a trial and proves that the service is back; the signal that stopped the trial does not stop this. A service
 * that the trial did not come to restart is left running: the proof is then that the same processes go on.
 */
export async function undo(context: TrialContext, trial: Trial): Promise<Undone> {
  const { host, unit } = context
  const { signal: _, ...rest } = context
  // An unreadable state must not delay the undo.
  let goesOn = await neverRestarted(context, trial).catch(() => false)
  const ran = await timed('undo', context, async () => {
    if (context.isKilled && !goesOn) await killUnit(host, unit)
    return runUndo(host, trial)
  })
  try {
    const report = await timed('prove-undo', context, async () => {
      // Somebody else may have restarted it meanwhile; the undo did not fail then.
      goesOn &&= await neverRestarted(context, trial)
      const before = goesOn ? { ...trial.before, goesOn } : ANY_START
      // The next question in a clone tells whether it came to rest.
      const isBrief = host.isClone && !goesOn
      const found = await checkHealth({
        ...healthCheckInput(rest, before, Date.now()),
        isBrief,
        isUnhardened: true,
      })
      if (!found.healthy) throw new UnhealthyError(found)
      return found
    })
    if (!ran) {
      const line =
        'the undo is not complete yet, perhaps because a disk is full or read-only, or the unit has no file: systemd tries again each minute'
      return { proven: false, lines: [line, ...report.proof] }
    }
    await context.remember(undefined)
    const lines = [
      'the trial drop-in is gone, and systemd has reloaded its configuration',
      ...(goesOn && (await sameSettings(context, trial)) ? ['its settings are as before the trial'] : []),
      ...(trial.changes.length > 0 ? [await ownersLine(host, trial.records)] : []),
      ...report.proof,
    ]
    return { proven: true, lines }
  } catch (error) {
    const again = ran ? '' : '; systemd tries again each minute'
    const line = `the service is not proven to work again: ${(error as Error).message}${again}`
    if (!isExpected(error)) throw new Bug(error, { proven: false, lines: [line] })
    return { proven: false, lines: [line] }
  }
}
