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
