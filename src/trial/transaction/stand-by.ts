import type { Host } from '../../host/host.ts'
import type { Manager } from '../../host/manager.ts'
import { daemonReload } from '../../systemd/manager/control.ts'
import { systemdVersion } from '../../systemd/manager/version.ts'
import { quoted } from './give-back.ts'
import type { OwnershipRecord } from './ownership.ts'
import { everythingScript } from './restore.ts'
import { standByFiles, standByPaths } from './trial-paths.ts'

/** The first release that knows OnSuccess=. */
const KNOWS_SUCCESS = 249

/** Has PID 1 run the unit that stands by when the next run has ended. */
function dropIn(name: string, systemd: number): string {
  const success = systemd >= KNOWS_SUCCESS ? [`OnSuccess=${name}`] : []
  return [
    '# Made by hardenctl until the next run has ended: if that fails, all that hardenctl kept is undone.',
    '[Unit]',
    `OnFailure=${name}`,
    ...success,
    '',
  ].join('\n')
}

function service(unit: string, script: string): string {
  return `# Made by hardenctl until the next run of ${unit.replaceAll('%', '%%')} has ended; it removes itself.
[Unit]
Description=Undo what hardenctl kept for ${unit.replaceAll('%', '%%')} if its run failed

[Service]
Type=oneshot
DevicePolicy=closed
ExecStart=/bin/sh ${script.replaceAll('%', '%%').replaceAll('\\', '\\\\')}
`
}

/**
 * Text of the script: after a run that ended well it only removes what stands by. After one that failed it undoes all
 * that was kept, and runs the unit again without it, since its work was due. Nobody but root can write to these paths.
 */
export function standByScript(manager: Manager, unit: string): string {
  const { dropIn: settings, service: file, script, undo } = standByPaths(manager, unit)
  return `#!/bin/sh
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
unit=${quoted(unit)}
state=$(systemctl show --property=ActiveState --value -- "$unit")
case "$state" in activating | deactivating | reloading) exit 1 ;; esac
if [ "$state" = failed ]; then
  echo "The run of $unit failed with what hardenctl kept: all of it is undone, and $unit runs again without it."
  sh ${quoted(undo)} || exit 1
  systemctl start --no-block -- "$unit"
fi
rm -f -- ${[settings, file, undo, script].map(quoted).join(' ')}
systemctl daemon-reload
`
}

/**
 * Has PID 1 undo all that is kept for a unit if its next run fails, whenever that is, and without hardenctl. Replaces
 * what stands by already.
 */
export async function armStandBy(
  host: Host,
  unit: string,
  records: readonly OwnershipRecord[],
): Promise<void> {
  const paths = standByPaths(host.manager, unit)
  await host.write(paths.undo, everythingScript(host.manager, unit, records), 0o700)
  await host.write(paths.script, standByScript(host.manager, unit), 0o700)
  await host.write(paths.service, service(unit, paths.script), 0o644)
  await host.write(paths.dropIn, dropIn(paths.name, await systemdVersion(host)), 0o644)
  await daemonReload(host)
}

export async function standsBy(host: Host, unit: string): Promise<boolean> {
  return (await host.stat(standByPaths(host.manager, unit).dropIn)) !== undefined
}

/** Removes what stands by, if anything does. */
export async function endStandBy(host: Host, unit: string): Promise<void> {
  if (!(await standsBy(host, unit))) return
  for (const path of standByFiles(host.manager, unit)) await host.remove(path)
  await daemonReload(host)
}
