import { isBelow } from '../../host/paths.ts'
import type { Mount } from '../../observe/proc/mounts.ts'

/** How one mounted file system comes into a clone. */
export interface Layer {
  point: string
  /** 'overlay': may be written to, into the upper layer. 'bind': the very same, read-only. */
  kind: 'overlay' | 'bind'
  /** Mount options to keep: noexec on /var decides whether a program there can run. */
  options: string[]
}

/** Created in every clone, or part of the kernel; mounts there or below stay outside. */
const ANEW = ['/proc', '/sys', '/dev', '/run', '/tmp']

/** Kernel interfaces, wherever they are mounted. Looking at autofs would mount something. */
const INTERFACES = new Set(
  (
    'proc sysfs devtmpfs devpts cgroup cgroup2 securityfs debugfs tracefs mqueue hugetlbfs bpf pstore ' +
    'configfs fusectl efivarfs binfmt_misc autofs ramfs nsfs rpc_pipefs nfsd selinuxfs'
  ).split(' '),
)

/** Not as a lower layer, since others change them meanwhile or overlayfs refuses them. Mounted read-only instead. */
const SHARED =
  /^(nfs4?|cifs|smb3|ceph|glusterfs|lustre|9p|virtiofs|afs|ocfs2|gfs2|vfat|msdos|exfat|ntfs3?|fuse.*)$/

/** Mounts of container engines for their containers; none is the host's own. */
const ENGINES = ['/var/lib/docker', '/var/lib/containers', '/var/lib/containerd', '/var/lib/kubelet', '/snap']

const KEPT_OPTIONS = new Set(['nosuid', 'nodev', 'noexec', 'nosymfollow'])

function isOutside({ point, type }: Mount): boolean {
  if (INTERFACES.has(type)) return true
  if (ANEW.some((folder) => isBelow(point, folder))) return true
  return ENGINES.some((folder) => point !== folder && isBelow(point, folder))
}

function isReadOnly({ point, type, options, superOptions }: Mount): boolean {
  if (SHARED.test(type) || isBelow(point, '/boot') || isBelow(point, '/efi')) return true
  // Another overlay on top of the root's own would be a third level.
  if (type === 'overlay' && point !== '/') return true
  return point !== '/' && (options.includes('ro') || superOptions.includes('ro'))
}

/**
 * The layers of a clone, parents first. An overlay does not contain what is mounted below its lower layer
 * (kernel: Documentation/filesystems/overlayfs.rst), so each file system has one of its own.
 */
export function layersOf(visible: readonly Mount[]): Layer[] {
  return visible
    .filter((mount) => !isOutside(mount))
    .map((mount) => ({
      point: mount.point,
      kind: isReadOnly(mount) ? 'bind' : 'overlay',
      options: mount.options.filter((option) => KEPT_OPTIONS.has(option)),
    }))
}
