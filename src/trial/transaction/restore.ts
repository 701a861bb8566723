import { dirname } from 'node:path'
import type { Host } from '../../host/host.ts'
import type { Manager } from '../../host/manager.ts'
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
  manager: Manager,
  unit: string,
  trial: Pick<Trial, 'token' | 'foldersMade' | 'before' | 'records' | 'reduces'>,
  files: string[],
): string {
  const { token, foldersMade, before, records, reduces } = trial
  return undoScript({
    manager,
    unit,
    token,
    trialDropIn: dropInPath(manager, { unit, reduces }),
    keptDropIn: keptPath(manager, unit),
    runFolder: dirname(scriptPath(manager, unit)),
    bootFiles: files,
    foldersMade,
    invocation: before.invocation,
    daemons: before.daemons ?? [],
    restartMark: restartMark(manager, unit),
    records,
  })
}

/** The script that takes back all that was kept: the drop-in in /etc, owners and modes. */
export function everythingScript(
  manager: Manager,
  unit: string,
  records: readonly OwnershipRecord[],
  { leavesStopped = false }: Pick<UndoPlan, 'leavesStopped'> = {},
): string {
  return undoScript({
    manager,
    leavesStopped,
    unit,
    token: 'none: everything is undone',
    trialDropIn: keptPath(manager, unit),
    keptDropIn: trialPath(manager, unit),
    runFolder: dirname(scriptPath(manager, unit)),
    bootFiles: [...dropInPaths(manager, unit), ...bootFiles(manager, unit), ...standByFiles(manager, unit)],
    foldersMade: [...dropInPaths(manager, unit), keptPath(manager, unit)].map(dirname),
    invocation: 'none',
    daemons: [],
    restartMark: restartMark(manager, unit),
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
  return undoNow(host, unit, await placeUndo(host, unit, everythingScript(host.manager, unit, records, how)))
}

export type Unfinished = 'kept' | 'undone' | 'stuck'

/**
 * Ends an unfinished trial of an earlier hardenctl: kept if its commit had happened, otherwise undone, by the script if
 * it still exists and else from the stored state (after a reboot, or a full disk).
 */
export async function finishTrial(host: Host, unit: string, trial: Trial): Promise<Unfinished> {
  const committed = isCommitted(trial, await host.read(keptPath(host.manager, unit)))
  if (await undoStands(host, unit)) {
    if (!(await undoNow(host, unit, scriptPath(host.manager, unit)))) return 'stuck'
    return committed ? 'kept' : 'undone'
  }
  if (committed) return 'kept'
  if (await isUndone(host, unit, trial)) return 'undone'
  const text = trialScript(host.manager, unit, trial, bootFiles(host.manager, unit))
  return (await undoNow(host, unit, await placeUndo(host, unit, text))) ? 'undone' : 'stuck'
}

/** Nothing of the trial is left on the machine. */
async function isUndone(host: Host, unit: string, trial: Trial): Promise<boolean> {
  if ((await host.stat(dropInPath(host.manager, trial))) !== undefined) return false
  if ((await host.stat(bootPaths(host.manager, unit).unit)) !== undefined) return false
  for (const record of trial.records) {
    const now = await host.stat(record.path)
    if (now !== undefined && givenBack(record, now) !== undefined) return false
  }
  return true
}
