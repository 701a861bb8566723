import { dirname } from 'node:path'
import type { Host } from '../../host/host.ts'
import { undoNow } from '../../systemd/manager/timer.ts'
import { keptPath, trialPath } from '../../systemd/settings/drop-in.ts'
import { isCommitted } from './kept-drop-in.ts'
import { givenBack, type OwnershipRecord } from './ownership.ts'
import type { Trial } from './trial.ts'
import {
  bootFiles,
  bootPaths,
  dropInPath,
  dropInPaths,
  restartMark,
  scriptPath,
  standByFiles,
} from './trial-paths.ts'
import { placeUndo, undoStands } from './undo-file.ts'
import { type UndoPlan, undoScript } from './undo-script.ts'

/** The earliest record of each path, which is what it was before the first change, with all that it was given to since. */
export function earliestRecords(records: readonly OwnershipRecord[]): OwnershipRecord[] {
  const first = new Map<string, OwnershipRecord>()
  for (const record of records) {
    const known = first.get(record.path)
    const given = known?.given && record.given && [...new Set([...known.given, ...record.given])]
    first.set(record.path, known === undefined ? record : { ...known, given })
  }
  return [...first.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** The script that takes back one trial; `files` are those that run it at boot. */
export function trialScript(
  unit: string,
  trial: Pick<Trial, 'token' | 'foldersMade' | 'before' | 'records' | 'reduces'>,
  files: string[],
): string {
  const { token, foldersMade, before, records, reduces } = trial
  return undoScript({
    unit,
    token,
    trialDropIn: dropInPath({ unit, reduces }),
    keptDropIn: keptPath(unit),
    runFolder: dirname(scriptPath(unit)),
    bootFiles: files,
    foldersMade,
    invocation: before.invocation,
    restartMark: restartMark(unit),
    records,
  })
}

/** The script that takes back all that was kept: the drop-in in /etc, owners and modes. */
export function everythingScript(
  unit: string,
  records: readonly OwnershipRecord[],
  { leavesStopped = false }: Pick<UndoPlan, 'leavesStopped'> = {},
): string {
  return undoScript({
    leavesStopped,
    unit,
    token: 'none: everything is undone',
    trialDropIn: keptPath(unit),
    keptDropIn: trialPath(unit),
    runFolder: dirname(scriptPath(unit)),
    bootFiles: [...dropInPaths(unit), ...bootFiles(unit), ...standByFiles(unit)],
    foldersMade: [...dropInPaths(unit), keptPath(unit)].map(dirname),
    invocation: 'none',
    restartMark: restartMark(unit),
    records: earliestRecords(records),
  })
}

/** Undoes everything through PID 1, so that it completes even if hardenctl dies. True if it ran to its end. */
export async function restoreEverything(
  host: Host,
  unit: string,
  records: readonly OwnershipRecord[],
  how: Pick<UndoPlan, 'leavesStopped'> = {},
): Promise<boolean> {
  return undoNow(host, unit, await placeUndo(host, unit, everythingScript(unit, records, how)))
}

export type Unfinished = 'kept' | 'undone' | 'stuck'

/**
 * Ends an unfinished trial of an earlier hardenctl: kept if its commit had happened, otherwise undone, by the script if
 * it still exists and else from the stored state (after a reboot, or a full disk).
 */
export async function finishTrial(host: Host, unit: string, trial: Trial): Promise<Unfinished> {
  const committed = isCommitted(trial, await host.read(keptPath(unit)))
  if (await undoStands(host, unit)) {
    if (!(await undoNow(host, unit, scriptPath(unit)))) return 'stuck'
    return committed ? 'kept' : 'undone'
  }
  if (committed) return 'kept'
  if (await isUndone(host, unit, trial)) return 'undone'
  const text = trialScript(unit, trial, bootFiles(unit))
  return (await undoNow(host, unit, await placeUndo(host, unit, text))) ? 'undone' : 'stuck'
}

/** Nothing of the trial is left on the machine. */
async function isUndone(host: Host, unit: string, trial: Trial): Promise<boolean> {
  if ((await host.stat(dropInPath(trial))) !== undefined) return false
  if ((await host.stat(bootPaths(unit).unit)) !== undefined) return false
  for (const record of trial.records) {
    const now = await host.stat(record.path)
    if (now !== undefined && givenBack(record, now) !== undefined) return false
  }
  return true
}
