import { SYSTEM_MANAGER } from '../../host/manager.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import type { UpperLayerStorage } from './upper-layer.ts'

export interface CloneUnit {
  /** hardenctl-clone-NAME.service */
  unit: string
  folder: string
  /** Image of an upper layer on disk; there only while the clone boots. */
  image: string
}

/** No rehearsal should take longer; PID 1 ends the clone then, whatever hardenctl does. */
const DEAD_MAN_SECONDS = 30 * 60

/** On disk, and readable by root alone: the image holds everything that is written in the clone. */
export const IMAGE_FOLDER = SYSTEM_MANAGER.state

export function cloneUnit(name: string): CloneUnit {
  return {
    unit: `hardenctl-clone-${name}.service`,
    folder: `${SYSTEM_MANAGER.run}/clone-${name}`,
    image: `${IMAGE_FOLDER}/clone-${name}.img`,
  }
}

/** Disks and all other hardware of the host are out of reach: systemd.resource-control(5), DevicePolicy=closed. */
function devices(upper: UpperLayerStorage['upper']): string[] {
  const allowed = ['/dev/tty rwm', '/dev/ptmx rwm', 'char-pts rwm']
  const loop = upper === 'disk' ? ['/dev/loop-control rw', 'block-loop rw'] : []
  return ['DevicePolicy=closed', ...[...allowed, ...loop].map((device) => `DeviceAllow=${device}`)]
}

/**
 * Properties of the transient service that a clone is: last in every queue, first to be killed when memory is
 * short, and cleared away by PID 1 however it ends. systemd.exec(5), systemd.resource-control(5),
 * systemd.kill(5).
 */
function properties({ folder, image }: CloneUnit, place: UpperLayerStorage, seconds: number): string[] {
  return [
    'Type=exec',
    'Delegate=yes',
    'KillMode=mixed',
    'KillSignal=SIGKILL',
    // unshare(1) ends with the status of its child, or with 1.
    'SuccessExitStatus=SIGKILL 1',
    'TimeoutStopSec=10s',
    `RuntimeMaxSec=${seconds}s`,
    'Nice=19',
    'CPUSchedulingPolicy=idle',
    'IOSchedulingClass=idle',
    'CPUWeight=1',
    'IOWeight=1',
    'OOMPolicy=continue',
    'OOMScoreAdjust=1000',
    `MemoryMax=${place.memoryMaxKiB}K`,
    ...devices(place.upper),
    `ExecStopPost=-/bin/rm -rf --one-file-system -- ${folder} ${image}`,
    `ExecStopPost=-/bin/rmdir --ignore-fail-on-non-empty ${SYSTEM_MANAGER.run}`,
    ...(place.upper === 'disk'
      ? [`ExecStopPost=-/bin/rmdir --ignore-fail-on-non-empty ${IMAGE_FOLDER}`]
      : []),
  ]
}

/**
 * The unit creates its own script and removes it at any end: if the script existed before, a kill between the two steps
 * would leave it behind.
 */
const UNPACK =
  'umask 077; mkdir -p "$1" && printf %s "$2" | base64 -d >"$1/boot.sh" && exec /bin/sh "$1/boot.sh" watch'

/** The argument array of the process that holds the clone: its standard input keeps the clone alive. */
export function systemdRun(
  unit: CloneUnit,
  service: string,
  place: UpperLayerStorage,
  script: string,
  seconds = DEAD_MAN_SECONDS,
): string[] {
  return [
    'systemd-run',
    '--quiet',
    '--collect',
    '--pipe',
    `--unit=${unit.unit}`,
    `--description=Clone of this machine, where hardenctl rehearses ${shortName(service)}`,
    ...properties(unit, place, seconds).map((property) => `--property=${property}`),
    '/bin/sh',
    '-c',
    UNPACK,
    'sh',
    unit.folder,
    // systemd would expand what looks like a variable in it: systemd.service(5), "Command lines".
    Buffer.from(script).toString('base64'),
  ]
}
