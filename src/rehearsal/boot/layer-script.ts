import { dirname } from 'node:path'
import { quoted } from '../../trial/transaction/give-back.ts'
import type { Layer } from './layers.ts'

/** Where a clone's writes go. */
export interface StoragePlan {
  upper: { place: 'memory' } | { place: 'disk'; image: string }
  /** Most that the clone may write, in KiB. */
  upperKiB: number
}

/** Mounts the storage for the clone's writes at $base. */
export function upperPart({ upper, upperKiB }: StoragePlan): string {
  if (upper.place === 'memory') {
    return `upper() { mount -n -t tmpfs -o size=${upperKiB}k,mode=0700 hardenctl "$base"; }`
  }
  const image = quoted(upper.image)
  // Removed while it is mounted: its blocks are free again when its last mount ends.
  return `upper() {
  # Nobody but root, who alone can look into the folder: whoever could open the image, or had made it, could read all
  # that is written in the clone, past all modes.
  (umask 077 && mkdir -p ${quoted(dirname(upper.image))} && set -C && : >${image})
  truncate -s ${upperKiB}k ${image}
  mkfs.ext4 -q -F -m 0 -O ^has_journal -E lazy_itable_init=1,nodiscard ${image}
  mount -n -t ext4 -o loop,noatime ${image} "$base"
  rm -f ${image}
}`
}

/**
 * metacopy: a chown of a database copies no data. xino: a file keeps one device and inode number when it is
 * copied up, which ownership records rely on. Older kernels know neither.
 */
export const OVERLAY = `
number=0
overlay() {
  number=$((number + 1))
  layer=$base/$number
  mkdir "$layer" "$layer/lower" "$layer/upper" "$layer/work"
  # Whoever owns a folder above a mount point may put a link there: then this is another file system of the host, with
  # its own modes, in the place of that one.
  mount -n --bind -- "$1" "$layer/lower"
  chown --reference="$1" -- "$layer/upper"
  chmod --reference="$1" -- "$layer/upper"
  where=lowerdir=$layer/lower,upperdir=$layer/upper,workdir=$layer/work
  (
    at "$1" || exit 1
    mount -c -n -t overlay -o "$where,metacopy=on,redirect_dir=on,xino=on$2" overlay "./\${1##*/}" 2>/dev/null ||
      mount -c -n -t overlay -o "$where$2" overlay "./\${1##*/}"
  )
}
# The same owner could have a mount laid over what this script still reads, units say: so the folder of the mount point
# is entered first, and has to be where it should be. The mount point itself nobody can rename: rename(2), EBUSY.
at() {
  folder=$root\${1%/*}
  cd -P -- "$folder" && [ "$(pwd -P && echo .)" = "$folder
." ] && [ ! -L "./\${1##*/}" ]
}
bind() (
  at "$1" && mount -c -n -o "bind,ro$2" -- "$1" "./\${1##*/}"
)
beside() {
  if [ -d "$2" ] && [ "$1" = overlay ]; then
    overlay "$2" "$3" 2>/dev/null && return
    echo "note $2 can't be written to in the clone: no overlay could be mounted over it"
  fi
  bind "$2" "$3" 2>/dev/null || echo "note $2 is not there in the clone"
}`

/** Lays one file system of the host into the clone. */
export function layerLine({ point, kind, options }: Layer): string {
  const words = [point, options.map((option) => `,${option}`).join('')].map(quoted).join(' ')
  return point === '/' ? `overlay ${words}` : `beside ${kind} ${words}`
}
