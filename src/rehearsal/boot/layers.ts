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

/** Made anew in every clone, or the kernel's own; what is mounted there or below stays outside. */
const ANEW = ['/proc', '/sys', '/dev', '/run', '/tmp']

/** Kernel interfaces, wherever they are mounted. autofs would mount something by being looked at. */
const INTERFACES = new Set(
  (
    'proc sysfs devtmpfs devpts cgroup cgroup2 securityfs debugfs tracefs mqueue hugetlbfs bpf pstore ' +
    'configfs fusectl efivarfs binfmt_misc autofs ramfs nsfs rpc_pipefs nfsd selinuxfs'
  ).split(' '),
)

/** Not for a lower layer: others change them meanwhile, or overlayfs refuses them. Read-only, as they are. */
const SHARED =
  /^(nfs4?|cifs|smb3|ceph|glusterfs|lustre|9p|virtiofs|afs|ocfs2|gfs2|vfat|msdos|exfat|ntfs3?|fuse.*)$/

/** What container engines mount for their containers: none of it is the host's own. */
const ENGINES = ['/var/lib/docker', '/var/lib/containers', '/var/lib/containerd', '/var/lib/kubelet', '/snap']

const KEPT_OPTIONS = new Set(['nosuid', 'nodev', 'noexec', 'nosymfollow'])

function isOutside({ point, type }: Mount): boolean {
  if (INTERFACES.has(type)) return true
  if (ANEW.some((folder) => isBelow(point, folder))) return true
  return ENGINES.some((folder) => point !== folder && isBelow(point, folder))
}

function isReadOnly({ point, type, options, superOptions }: Mount): boolean {
  if (SHARED.test(type) || isBelow(point, '/boot') || isBelow(point, '/efi')) return true
  // A second overlay below the root's own would be stacked a third time.
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
