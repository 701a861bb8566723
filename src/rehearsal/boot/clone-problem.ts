import type { Host } from '../../host/host.ts'
import { cgroupTree } from '../../observe/proc/cgroup-tree.ts'
import { type Mount, readMounts } from '../../observe/proc/mounts.ts'
import { availableKiB, MIN_FREE_KIB } from './upper-layer.ts'

/** Of a host whose systemd has no tree of version 2 that a clone's groups could be in. */
export const NO_V2_TREE = 'systemd uses cgroup v1 alone here, and a clone needs v2'

/** The programs that make a clone, with Debian's package of each. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'systemd-run': 'systemd',
  'systemd-tmpfiles': 'systemd',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  setpriv: 'util-linux',
  chrt: 'util-linux',
  mount: 'mount',
  umount: 'mount',
  chroot: 'coreutils',
  sed: 'sed',
  mknod: 'coreutils',
}

const WHICH = 'for program; do command -v "$program" >/dev/null || echo "$program"; done'

/**
 * Mounts everything that a clone mounts, in namespaces that end with it. The exit status names the refused step: only
 * an attempt can tell, since a container's filters and the kernel's configuration both decide.
 */
const ATTEMPT = `mount -n -t tmpfs -o size=4m none /run || exit 71
mkdir /run/upper /run/work /run/root
mount -n -t overlay -o lowerdir=/,upperdir=/run/upper,workdir=/run/work none /run/root || exit 72
mount -n -t proc proc /run/root/proc || exit 73
mount -n -t sysfs sysfs /run/root/sys || exit 74
mount -n -t cgroup2 cgroup2 /run/root/sys/fs/cgroup || exit 75`

const NAMESPACES = ['--mount', '--pid', '--fork', '--kill-child', '--net', '--ipc', '--uts', '--cgroup']

async function missingPrograms(live: Host): Promise<string | undefined> {
  const found = await live.run(['sh', '-c', WHICH, 'sh', ...Object.keys(PROGRAMS)])
  const missing = found.stdout.split('\n').filter(Boolean)
  if (missing.length === 0) return undefined
  const packages = [...new Set(missing.map((program) => PROGRAMS[program]))]
  return `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing (package ${packages.join(', ')})`
}

function refusal(status: number | undefined, said: string, root: Mount | undefined): string {
  if (status === 71) return 'a tmpfs can’t be mounted here'
  if (status === 72) {
    return root?.type === 'overlay'
      ? 'the root file system is an overlay, and no other overlay can be mounted over it'
      : `no overlayfs can be mounted over the root file system (${root?.type ?? 'unknown'})`
  }
  if (status === 73 || status === 74) return 'a new /proc or /sys can’t be mounted here'
  if (status === 75) return 'cgroup v2 can’t be mounted here'
  return `namespaces can’t be created here${said === '' ? '' : `: ${said}`}`
}

/** Why this machine can't be cloned, in one line; undefined when it can. Leaves nothing behind. */
export async function cloneProblem(live: Host): Promise<string | undefined> {
  if (live.manager.kind === 'user') return 'a clone of the host needs root'
  const missing = await missingPrograms(live)
  if (missing !== undefined) return missing
  const visible = await readMounts(live)
  if ((await cgroupTree(live, visible)) === undefined) return NO_V2_TREE
  const free = await availableKiB(live)
  if (free < MIN_FREE_KIB) {
    return `only ${Math.floor(free / 1024)} MiB of memory are free, ${MIN_FREE_KIB / 1024} are needed`
  }
  const tried = await live.run(['unshare', ...NAMESPACES, '--', '/bin/sh', '-c', ATTEMPT])
  if (tried.exitCode === 0) return undefined
  const said = tried.stderr.trim().split('\n').at(-1) ?? ''
  return refusal(
    tried.exitCode,
    said,
    visible.find(({ point }) => point === '/'),
  )
}
