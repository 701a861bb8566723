import type { Host } from '../../host/host.ts'
import { nameAsPart } from '../../systemd/manager/unit-name.ts'
import { reducedPath, trialPath } from '../../systemd/settings/drop-in.ts'
import type { Trial } from './trial.ts'

export const RUN_FOLDER = '/run/hardenctl'
export const STATE_FOLDER = '/var/lib/hardenctl'

/** All that a trial has under /run besides its drop-in; nobody but root may enter it. */
export function runFolder(unit: string): string {
  return `${RUN_FOLDER}/${nameAsPart(unit)}`
}

export function scriptPath(unit: string): string {
  return `${runFolder(unit)}/undo.sh`
}

/** In the folder of the trial, while Keep? is open: a second login answers there. */
export const QUESTION_SOCKET = 'question'

/** The drop-in of a trial. */
export function dropInPath({ unit, reduces }: Pick<Trial, 'unit' | 'reduces'>): string {
  return reduces ? reducedPath(unit) : trialPath(unit)
}

/** All drop-ins that a trial may have. */
export function dropInPaths(unit: string): string[] {
  return [trialPath(unit), reducedPath(unit)]
}

/** Exists as long as a trial whose restart has begun: the trial may have caused any later state of the service. */
export function restartMark(unit: string): string {
  return `${runFolder(unit)}/restarted`
}

export function stateFolder(unit: string): string {
  return `${STATE_FOLDER}/${nameAsPart(unit)}`
}

export function bootPaths(unit: string): { unit: string; link: string; script: string } {
  const name = `hardenctl-recover-${nameAsPart(unit)}.service`
  return {
    unit: `/etc/systemd/system/${name}`,
    link: `/etc/systemd/system/basic.target.wants/${name}`,
    script: `${stateFolder(unit)}/undo.sh`,
  }
}

/** All that runs the undo at boot. */
export function bootFiles(unit: string): string[] {
  const { link, unit: file, script } = bootPaths(unit)
  return [link, file, script]
}

/** What undoes all that is kept if the next run of a oneshot fails. */
export function standByPaths(unit: string): {
  name: string
  dropIn: string
  service: string
  script: string
  undo: string
} {
  const name = `hardenctl-standby-${nameAsPart(unit)}.service`
  return {
    name,
    dropIn: `/etc/systemd/system/${unit}.d/zz-hardenctl-standby.conf`,
    service: `/etc/systemd/system/${name}`,
    script: `${stateFolder(unit)}/standby.sh`,
    undo: `${stateFolder(unit)}/standby-undo.sh`,
  }
}

export function standByFiles(unit: string): string[] {
  const { dropIn, service, script, undo } = standByPaths(unit)
  return [dropIn, service, script, undo]
}

/** Those of the folders that are not there. */
export async function missingFolders(host: Host, folders: readonly string[]): Promise<string[]> {
  const found = await Promise.all(folders.map((folder) => host.stat(folder)))
  return folders.filter((_, index) => found[index] === undefined)
}
