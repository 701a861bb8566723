import type { Lab } from '../kit/lab.ts'
import { DISK_FAULTS } from './fault-disks.ts'
import type { FaultKind } from './fault-kind.ts'
import { HANG_FILE, OTHERS_AT_WORK } from './fault-others.ts'

/** Sends a signal to what stands still after SIGSTOP; false when nothing does. */
export async function signalStopped(lab: Lab, signal: string): Promise<boolean> {
  const script = `
    for status in $(grep -l '^State:.T (stopped)' /proc/[0-9]*/status 2>/dev/null); do
      pid=\${status#/proc/}; kill -"$1" "\${pid%/status}" && found=1
    done
    [ -n "$found" ]`
  return (await lab.run(['sh', '-c', script, 'sh', signal])).exitCode === 0
}

/** Shuts the host down in order; the last thing that this does to hardenctl is to kill it. */
async function reboot(lab: Lab): Promise<void> {
  await lab.output(['systemctl', 'reboot', '--no-block'])
  await signalStopped(lab, 'KILL')
  await lab.reboot()
}

const STARTING = ['arm', 'hand-over', 'write', 'reload', 'verify', 'restart'] as const

function hanging(name: string, more: Pick<FaultKind, 'lasts' | 'also'>): FaultKind {
  return {
    name,
    signals: ['SIGSTOP'],
    steps: STARTING,
    meanwhile: (lab) => lab.write(HANG_FILE, ''),
    after: 'go on',
    mend: async (lab) => {
      await lab.output(['rm', '-f', HANG_FILE])
    },
    ...more,
  }
}

/** How far hardenctl's own clock is off, in milliseconds: a lab has no clock of its own that could be set. */
export const CLOCK_FILE = '/opt/clock'

function clockSet(name: string, ms: number): FaultKind {
  return {
    name,
    signals: ['SIGSTOP'],
    meanwhile: (lab) => lab.write(CLOCK_FILE, String(ms)),
    after: 'go on',
    mend: async (lab) => {
      await lab.output(['rm', '-f', CLOCK_FILE])
    },
  }
}

const DAY_MS = 86_400_000

/** The kernel shares time out among sessions first, so that each of these counts as much as the service. */
const LOAD = 'for i in $(seq 16); do setsid sh -c "while :; do :; done" & done; wait'

export const FAULT_KINDS: readonly FaultKind[] = [
  { name: 'SIGKILL', signals: ['SIGKILL'] },
  { name: 'SIGTERM', signals: ['SIGTERM'] },
  { name: 'power cut', signals: ['SIGSTOP'], meanwhile: (lab) => lab.powerCut(), after: 'gone' },
  { name: 'SIGHUP', signals: ['SIGHUP'] },
  {
    name: 'daemon-reexec, then SIGKILL',
    signals: ['SIGSTOP'],
    meanwhile: (lab) => lab.output(['systemctl', 'daemon-reexec']),
    after: 'kill',
  },
  { name: 'SIGINT twice', signals: ['SIGINT', 'SIGINT'] },
  { name: 'reboot', signals: ['SIGSTOP'], meanwhile: reboot, after: 'gone' },
  hanging('the restart hangs', {}),
  hanging('the restart hangs until after the timer, hardenctl killed', {
    lasts: 50_000,
    also: 'health:1:SIGKILL',
  }),
  {
    name: 'processors under load',
    signals: ['SIGSTOP'],
    meanwhile: (lab) =>
      lab.output(['systemd-run', '--quiet', '--collect', '--unit=lab-load', 'sh', '-c', LOAD]),
    after: 'go on',
    mend: async (lab) => {
      await lab.output(['systemctl', 'stop', 'lab-load.service'])
    },
  },
  clockSet('the clock set back a day', -DAY_MS),
  clockSet('the clock set forward a day', DAY_MS),
  ...DISK_FAULTS,
  ...OTHERS_AT_WORK,
]

export function kindsNamed(...names: string[]): FaultKind[] {
  return names.map((name) => FAULT_KINDS.find((kind) => kind.name === name) as FaultKind)
}
