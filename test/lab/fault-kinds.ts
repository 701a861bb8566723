import type { Lab } from './lab.ts'

/** One way in which hardenctl, or the host under it, is broken before a step. */
export interface FaultKind {
  name: string
  /** Sent by hardenctl to itself before the step; SIGSTOP when something is done to the host meanwhile. */
  signals: readonly NodeJS.Signals[]
  /** What happens while it stands still. */
  meanwhile?(lab: Lab, unit: string): Promise<void>
  /** How it goes on after that: not at all (killed with the host), killed, or as if nothing had been. */
  after?: 'gone' | 'kill' | 'go on'
  /** Makes the host whole again once hardenctl has ended, or half a minute later if it waits for that. */
  mend?(lab: Lab, unit: string): Promise<void>
}

const ADMIN_TEXT = '[Service]\nEnvironment=ADMIN=here\n'

function adminDropIn(unit: string): string {
  return `/etc/systemd/system/${unit}.d/admin.conf`
}

/** Makes the folder read-only for everybody, by a mount of itself over itself. */
async function seal(lab: Lab, folder: string): Promise<void> {
  await lab.output(['mkdir', '-p', '-m', '700', folder])
  await lab.output(['mount', '--bind', folder, folder])
  await lab.output(['mount', '-o', 'remount,ro,bind', folder])
}

/** At once, though somebody may still stand in it. */
async function unseal(lab: Lab, folder: string): Promise<void> {
  await lab.untilSuccess(['umount', '-l', folder])
}

function sealed(folder: string): FaultKind {
  return {
    name: `${folder} read-only`,
    signals: ['SIGSTOP'],
    meanwhile: (lab) => seal(lab, folder),
    after: 'go on',
    mend: (lab) => unseal(lab, folder),
  }
}

/** Sends a signal to what stands still after SIGSTOP; false when nothing does. */
export async function signalStopped(lab: Lab, signal: string): Promise<boolean> {
  const script = `
    for status in $(grep -l '^State:.T (stopped)' /proc/[0-9]*/status 2>/dev/null); do
      pid=\${status#/proc/}; kill -"$1" "\${pid%/status}" && found=1
    done
    [ -n "$found" ]`
  return (await lab.run(['sh', '-c', script, 'sh', signal])).exitCode === 0
}

export const FAULT_KINDS: readonly FaultKind[] = [
  { name: 'SIGKILL', signals: ['SIGKILL'] },
  { name: 'SIGTERM', signals: ['SIGTERM'] },
  { name: 'power cut', signals: ['SIGSTOP'], meanwhile: (lab) => lab.powerCut(), after: 'gone' },
  { name: 'SIGHUP', signals: ['SIGHUP'] },
  {
    name: 'daemon-reexec, then SIGKILL',
    signals: ['SIGSTOP'],
    meanwhile: async (lab) => {
      await lab.output(['systemctl', 'daemon-reexec'])
    },
    after: 'kill',
  },
  { name: 'SIGINT twice', signals: ['SIGINT', 'SIGINT'] },
  {
    name: 'reboot',
    signals: ['SIGSTOP'],
    // The last thing that a shutdown does to it; until then it stands still, while units are being stopped.
    meanwhile: async (lab) => {
      await lab.output(['systemctl', 'reboot', '--no-block'])
      await signalStopped(lab, 'KILL')
      await lab.reboot()
    },
    after: 'gone',
  },
  sealed('/etc'),
  {
    name: 'somebody restarts the service',
    signals: ['SIGSTOP'],
    meanwhile: async (lab, unit) => {
      await lab.run(['systemctl', 'reset-failed', unit])
      // Under a trial that breaks the service it breaks for them too; what matters is how it ends.
      await lab.run(['systemctl', 'restart', unit])
    },
    after: 'go on',
  },
  sealed('/var/lib/hardenctl'),
  {
    name: 'the administrator adds a drop-in',
    signals: ['SIGSTOP'],
    meanwhile: async (lab, unit) => {
      await lab.write(adminDropIn(unit), ADMIN_TEXT)
      await lab.output(['systemctl', 'daemon-reload'])
    },
    after: 'go on',
    mend: async (lab, unit) => {
      if ((await lab.read(adminDropIn(unit))) !== ADMIN_TEXT)
        throw new Error('the administrator’s drop-in is not as it was written')
      await lab.output(['rm', adminDropIn(unit)])
      await lab.run(['rmdir', `/etc/systemd/system/${unit}.d`])
      await lab.output(['systemctl', 'daemon-reload'])
    },
  },
  {
    name: '/run full',
    signals: ['SIGSTOP'],
    meanwhile: async (lab) => {
      // A tmpfs of exactly what is in it: every further write fails with ENOSPC.
      await lab.output(['sh', '-c', 'mount -o remount,size=$(($(df -k --output=used /run | tail -1)))k /run'])
    },
    after: 'go on',
    mend: async (lab) => {
      await lab.output(['mount', '-o', 'remount,size=64m', '/run'])
    },
  },
]
