import type { Lab } from '../kit/lab.ts'
import type { FaultKind } from './fault-kind.ts'

/** Makes the folder read-only for everybody, by a mount of itself over itself. */
export async function seal(lab: Lab, folder: string): Promise<void> {
  await lab.output(['mkdir', '-p', '-m', '700', folder])
  await lab.output(['mount', '--rbind', folder, folder])
  // Or what is mounted below would go with it at the end.
  await lab.output(['mount', '--make-rprivate', folder])
  await lab.output(['mount', '-o', 'remount,ro,bind', folder])
}

/** At once, though somebody may still stand in it. */
export async function unseal(lab: Lab, folder: string): Promise<void> {
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

/** A folder's content on a tmpfs over it that takes not one page more; it goes back to where it was afterwards. */
const FILL = `
  mkdir -p -m 700 "$1" /opt/under && mount --bind "$1" /opt/under && mount --make-private /opt/under && mount -t tmpfs -o size=16m tmpfs "$1" &&
  chmod --reference=/opt/under "$1" && cp -a /opt/under/. "$1" && echo full >"$1/.full" &&
  mount -o remount,size=$(($(df -k --output=used "$1" | tail -1)))k "$1"`
const EMPTY = `
  rm "$1/.full" && find /opt/under -mindepth 1 -delete && cp -a "$1/." /opt/under && umount -l "$1" &&
  umount /opt/under && rmdir /opt/under`

function full(folder: string): FaultKind {
  return {
    name: `${folder} full`,
    signals: ['SIGSTOP'],
    meanwhile: (lab) => lab.output(['sh', '-c', FILL, 'sh', folder]),
    after: 'go on',
    mend: async (lab) => {
      await lab.output(['sh', '-c', EMPTY, 'sh', folder])
    },
  }
}

/** All of the root's file system, with /etc, /var/lib and /var/log on it. */
const FILL_ROOT = `
  fallocate -l "$(($(df -k --output=avail / | tail -1) - 64))k" /opt/full
  dd if=/dev/zero of=/opt/full-to-the-brim bs=4k status=none 2>/dev/null
  [ "$(df -k --output=avail / | tail -1)" -lt 8 ]`

export const DISK_FAULTS: readonly FaultKind[] = [
  sealed('/etc'),
  sealed('/run'),
  sealed('/var/lib/hardenctl'),
  sealed('/var/log'),
  {
    name: '/run full',
    signals: ['SIGSTOP'],
    // A tmpfs of exactly what is in it: every further write fails with ENOSPC.
    meanwhile: (lab) =>
      lab.output(['sh', '-c', 'mount -o remount,size=$(($(df -k --output=used /run | tail -1)))k /run']),
    after: 'go on',
    mend: async (lab) => {
      await lab.output(['mount', '-o', 'remount,size=64m', '/run'])
    },
  },
  full('/etc/systemd/system'),
  full('/var/lib/hardenctl'),
  {
    name: '/ full, /var/log with it',
    signals: ['SIGSTOP'],
    meanwhile: (lab) => lab.output(['sh', '-c', FILL_ROOT]),
    after: 'go on',
    mend: async (lab) => {
      await lab.output(['rm', '-f', '/opt/full', '/opt/full-to-the-brim'])
    },
  },
]
