import type { Host } from '../../host/host.ts'
import type { Manager } from '../../host/manager.ts'
import { nameAsPart } from '../../systemd/manager/unit-name.ts'
import { reducedPath, trialPath } from '../../systemd/settings/drop-in.ts'
import type { Trial } from './trial.ts'

/** All that a trial has under /run besides its drop-in; nobody but root may enter it. */
export function runFolder(manager: Manager, unit: string): string {
  return `${manager.run}/${nameAsPart(unit)}`
}

export function scriptPath(manager: Manager, unit: string): string {
  return `${runFolder(manager, unit)}/undo.sh`
}

/** In the folder of the trial, while Keep? is open: a second login answers there. */
export const QUESTION_SOCKET = 'question'

/** The drop-in of a trial. */
export function dropInPath(manager: Manager, { unit, reduces }: Pick<Trial, 'unit' | 'reduces'>): string {
  return reduces ? reducedPath(manager, unit) : trialPath(manager, unit)
}

/** All drop-ins that a trial may have. */
export function dropInPaths(manager: Manager, unit: string): string[] {
  return [trialPath(manager, unit), reducedPath(manager, unit)]
}

/** Exists as long as a trial whose restart has begun: the trial may have caused any later state of the service. */
export function restartMark(manager: Manager, unit: string): string {
  return `${runFolder(manager, unit)}/restarted`
}

export function stateFolder(manager: Manager, unit: string): string {
  return `${manager.state}/${nameAsPart(unit)}`
}

export function bootPaths(manager: Manager, unit: string): { unit: string; link: string; script: string } {
  const name = `hardenctl-recover-${nameAsPart(unit)}.service`
  return {
    unit: `${manager.config}/${name}`,
    link: `${manager.config}/basic.target.wants/${name}`,
    script: `${stateFolder(manager, unit)}/undo.sh`,
  }
}

/**
 * Whether a trial is undone at boot too: files stay with the account that got them, and the manager of a user may begin
 * anew without its timers while what is in /run stays.
 */
export function isUndoneAtBoot({ kind }: Manager, { records }: Pick<Trial, 'records'>): boolean {
  return kind === 'user' || records.length > 0
}

/** All that runs the undo at boot. */
export function bootFiles(manager: Manager, unit: string): string[] {
  const { link, unit: file, script } = bootPaths(manager, unit)
  return [link, file, script]
}

/** What undoes all that is kept if the next run of a oneshot fails. */
export function standByPaths(
  manager: Manager,
  unit: string,
): {
  name: string
  dropIn: string
  service: string
  script: string
  undo: string
} {
  const name = `hardenctl-standby-${nameAsPart(unit)}.service`
  return {
    name,
    dropIn: `${manager.config}/${unit}.d/zz-hardenctl-standby.conf`,
    service: `${manager.config}/${name}`,
    script: `${stateFolder(manager, unit)}/standby.sh`,
    undo: `${stateFolder(manager, unit)}/standby-undo.sh`,
  }
}

export function standByFiles(manager: Manager, unit: string): string[] {
  const { dropIn, service, script, undo } = standByPaths(manager, unit)
  return [dropIn, service, script, undo]
}

/** Those of the folders that are not there. */
export async function missingFolders(host: Host, folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(folders.map((folder) => host.stat(folder)))
  return folders.filter((_, index) => found[index] === undefined)
}
