import { quoted } from '../../trial/transaction/give-back.ts'
import { layerLine, OVERLAY, type StoragePlan, upperPart } from './layer-script.ts'
import type { Layer } from './layers.ts'
import { type Link, networkPart } from './links.ts'

/** Everything that the script of one clone depends on. */
export interface BootPlan extends StoragePlan {
  /** Folder of the clone under /run; the script lies in it. */
  folder: string
  /** Mount point of the v2 tree. */
  cgroups: string
  layers: readonly Layer[]
  /** Options of /proc that decide what a service sees of others. */
  procOptions: readonly string[]
  /** Files under /run that the clone needs a copy of. */
  runFiles: readonly string[]
  links: readonly Link[]
  /** Path of the program that is PID 1. */
  systemd: string
  securityfs: boolean
}

export const TARGET = 'hardenctl-clone.target'

/** Where root in the clone can read its writes, layer by layer: the overlays do not show them. */
export const LAYERS_FOLDER = '/run/host/layers'

/** Capabilities that reach beyond namespaces: capabilities(7). */
const CUT_CAPABILITIES = ['sys_module', 'sys_boot', 'sys_time', 'sys_rawio']

/** Units that would start by themselves once a service pulls in basic.target, or wait for a missing network. */
const MASKED = [
  'timers.target',
  'paths.target',
  'sockets.target',
  'systemd-networkd-wait-online.service',
  'NetworkManager-wait-online.service',
  'ifupdown-wait-online.service',
  'systemd-time-wait-sync.service',
  'systemd-journal-flush.service',
]

/** The bus starts on demand; with its usual dependencies its socket would wait for half a boot. */
const BUS_SOCKET = `[Unit]
DefaultDependencies=no
`

/** Read-only, as in systemd-nspawn: writing there reaches the kernel of the host. */
const PROC_READ_ONLY = ['sys', 'sysrq-trigger', 'irq', 'bus', 'fs', 'acpi', 'scsi']

/**
 * The journal of a clone is in its own memory: opening the copy of a persistent one would copy it up. An empty
 * Audit= leaves the kernel's auditing as it is (journald.conf(5)), which is the host's.
 */
const JOURNAL = `[Journal]
Storage=volatile
RuntimeMaxUse=64M
Audit=
ReadKMsg=no
ForwardToKMsg=no
ForwardToConsole=no
ForwardToWall=no
`

const TARGET_UNIT = `[Unit]
Description=Clone made by hardenctl
DefaultDependencies=no
Requires=systemd-journald.socket
Wants=dbus.socket
After=systemd-journald.socket dbus.socket
AllowIsolate=yes
`

/**
 * The part that runs on the host: two cgroups, so that none has both processes and controllers (cgroups(7), "no
 * internal processes"), and a watch on standard input. Only hardenctl holds its other end, so the clone ends with
 * hardenctl.
 */
function hostPart({ folder, cgroups }: BootPlan): string {
  return `
watch() {
  cgroup=${quoted(cgroups)}$(sed -n s/^0:://p /proc/self/cgroup)
  mkdir "$cgroup/watch" "$cgroup/clone"
  echo 0 >"$cgroup/watch/cgroup.procs"
  # A shell gives what it starts in the background /dev/null for standard input, hence the detour.
  exec 3<&0
  { cat <&3 >/dev/null || :; end $$; } &
  exec unshare --mount --propagation private --pid --fork --kill-child --net --ipc --uts \\
    -- /bin/sh ${quoted(`${folder}/boot.sh`)} enter "$cgroup" </dev/null 3<&-
}
# With its first process the kernel ends all others of the clone, without a line for each in the journal of the host.
end() {
  { first=$(cat ${quoted(`${folder}/pid`)}) && kill -KILL "$first"; } 2>/dev/null || kill -KILL "$1"
}
# The /proc of the host is still mounted, so it tells the pid that the host knows this process by.
enter() {
  read -r pid rest </proc/self/stat
  echo "$pid" >${quoted(`${folder}/pid`)}
  echo "pid $pid"
  echo 0 >"$1/clone/cgroup.procs"
  # Empty where none is delegated.
  read -r controllers <"$1/cgroup.controllers" || :
  for controller in $controllers; do
    echo "+$controller" >"$1/cgroup.subtree_control" || :
  done
  exec unshare --cgroup -- /bin/sh ${quoted(`${folder}/boot.sh`)} build
}`
}

const DEVICES = `
devices() {
  mount -n -t tmpfs -o mode=0755,nosuid,size=4m hardenctl "$root/dev"
  mkdir "$root/dev/pts" "$root/dev/shm"
  mount -n -t devpts -o newinstance,nosuid,noexec,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
  mount -n -t tmpfs -o mode=1777,nosuid,nodev hardenctl "$root/dev/shm"
  for node in null:3 zero:5 full:7 random:8 urandom:9; do
    mknod -m 0666 "$root/dev/\${node%:*}" c 1 "\${node#*:}"
  done
  mknod -m 0666 "$root/dev/tty" c 5 0
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  ln -s /proc/self/fd/0 "$root/dev/stdin"
  ln -s /proc/self/fd/1 "$root/dev/stdout"
  ln -s /proc/self/fd/2 "$root/dev/stderr"
  [ ! -d /dev/mqueue ] || { mkdir "$root/dev/mqueue" && mount -n -t mqueue mqueue "$root/dev/mqueue"; }
}`

function kernelPart({ procOptions, securityfs }: BootPlan): string {
  const proc = ['nosuid', 'nodev', 'noexec', ...procOptions].join(',')
  const security = 'mount -n -o bind,ro /sys/kernel/security "$root/sys/kernel/security"'
  return `
kernel() {
  mount -n -t proc -o ${proc} proc "$root/proc"
  for part in ${PROC_READ_ONLY.join(' ')}; do
    [ ! -e "$root/proc/$part" ] || mount -n -o bind,ro,nosuid,nodev,noexec "$root/proc/$part" "$root/proc/$part"
  done
  mount -n -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys"
  mount -n -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"
  ${securityfs ? security : ':'}
}`
}

function runPart({ runFiles }: BootPlan): string {
  const units = '"$root/run/systemd/system'
  return `
# The account of what made it, a resolver's say: cp follows no link with -a, and does not wait for ever for a FIFO.
copy() {
  if mkdir -p "$root$(dirname "$1")"; then timeout 5 cp -a -- "$1" "$root$1" || :; fi
}
fresh() {
  mount -n -t tmpfs -o mode=0755,nosuid,nodev hardenctl "$root/run"
  mount -n -t tmpfs -o mode=1777,nosuid,nodev hardenctl "$root/tmp"
  mkdir -p "$root/run/systemd/journald.conf.d" "$root/run/host/old" "$root/run/tmpfiles.d"
  mkdir "$root${LAYERS_FOLDER}"
  mkdir -m 1777 "$root/run/lock"
  # Nobody but root writes to /run/systemd.
  [ ! -d /run/systemd/system ] || cp -a /run/systemd/system "$root/run/systemd/"
  mkdir -p ${units}/dbus.socket.d"
  printf %s ${quoted(BUS_SOCKET)} >${units}/dbus.socket.d/zz-hardenctl.conf"
${runFiles.map((file) => `  copy ${quoted(file)}`).join('\n')}
  for unit in ${MASKED.join(' ')}; do ln -sfn /dev/null ${units}/$unit"; done
  printf %s ${quoted(TARGET_UNIT)} >${units}/${TARGET}"
  printf %s ${quoted(JOURNAL)} >"$root/run/systemd/journald.conf.d/zz-hardenctl.conf"
  # Without it every login would be refused until a boot is over, and this one never gets that far.
  ln -s /dev/null "$root/run/tmpfiles.d/systemd-nologin.conf"
  echo hardenctl >"$root/run/host/container-manager"
}`
}

function enterPart({ systemd }: BootPlan): string {
  const cut = CUT_CAPABILITIES.map((name) => `-${name}`).join(',')
  return `
begin() {
  cd "$root"
  mount -n -o bind,ro "$base" "$root${LAYERS_FOLDER}"
  set --
  if command -v pivot_root >/dev/null; then
    pivot_root . run/host/old
    cd /
    umount -n -l /run/host/old
    rmdir /run/host/old
  else
    # util-linux may come without it. What lies over the root is the root too, for all that enter this namespace.
    rmdir run/host/old
    mount -n --move "$root" /
    set -- chroot .
  fi
  exec env -i container=hardenctl PATH="$PATH" "$@" setpriv --bounding-set=${cut} \\
    ${quoted(systemd)} --unit=${TARGET} </dev/null >/dev/null 2>&1
}`
}

/**
 * Text of the script that becomes a clone's first process: /bin/sh and util-linux, nothing to install. Everything it
 * makes is in its own mount namespace and is gone with its last process. Nobody but root can write to its folder under
 * /run, nor to the clone before its systemd runs, except through what the host's file systems show there; where that
 * matters a line says who. It says "pid N", "note TEXT" and, on
 * standard error, why it failed.
 */
export function bootScript(plan: BootPlan): string {
  return `#!/bin/sh
# Boots one clone of this machine for hardenctl; made for one run, removed with the clone.
set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
umask 022
base=${quoted(`${plan.folder}/layers`)}
root=$base/root
${hostPart(plan)}
${upperPart(plan)}
${OVERLAY}
${DEVICES}
${kernelPart(plan)}
${runPart(plan)}
${networkPart(plan.links)}
${enterPart(plan)}
build() {
  mkdir -p "$base"
  upper
  mkdir "$root"
${plan.layers.map((layer) => `  ${layerLine(layer)}`).join('\n')}
  devices
  kernel
  fresh
  network
  begin
}
"$@"
`
}
