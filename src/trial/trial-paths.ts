import type { Host } from '../host/host.ts'
import { nameAsPart } from '../systemd/unit-name.ts'

export const RUN_FOLDER = '/run/hardenctl'
export const STATE_FOLDER = '/var/lib/hardenctl'

export function scriptPath(unit: string): string {
  return `${RUN_FOLDER}/${nameAsPart(unit)}/undo.sh`
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

/** What an undo that is not done yet forbids: its script would be written over. */
export const PENDING =
  'an earlier trial is still being undone, PID 1 tries again each minute; nothing was changed'

/** Whether the script of a trial that ended still stands, for the timer to run again. */
export async function undoIsPending(host: Host, unit: string): Promise<boolean> {
  return (await host.stat(scriptPath(unit))) !== undefined
}
