#!/bin/sh
# Holds one lab: its mounts, its cgroup and its container. Runs in a mount namespace of its own, so that every
# mount ends with it. It takes orders as lines on standard input and ends with that: whoever started it can be
# killed in any way and nothing is left behind.
#
#   hold.sh DIRECTORY NAME LOWER SIZE TYPE TOOLS CGROUPS [NSPAWN-OPTION …]
#
#   TYPE: file system of the root, "overlay" over LOWER, or one that LOWER is copied to; TOOLS: a root that has its mkfs
#   CGROUPS: what the lab's systemd finds on /sys/fs/cgroup: "unified", "hybrid" or "legacy"
#
#   orders:  boot   start the container; answers "booted PID" (of systemd-nspawn)
#            halt   end it at once; answers "halted"
set -u
directory=$1 name=$2 lower=$3 size=$4 type=$5 tools=$6 cgroups=$7
shift 7
container=

# Ctrl-C and a closed pipe are for the one that started this; the end of standard input ends it in order.
trap '' INT TERM HUP PIPE

say() { echo "$*" 2>/dev/null || :; }

is_cgroup2() { [ "$(stat --file-system --format=%T "$1" 2>/dev/null)" = cgroup2fs ]; }

# systemd-nspawn gives its container what it finds here. Version 1's controllers are kept where the host has them:
# those that version 2 has can't be mounted, and its named hierarchy alone is what systemd needs.
mount_cgroup() {
  case $cgroups in
    unified)
      is_cgroup2 /sys/fs/cgroup && return
      umount --recursive /sys/fs/cgroup 2>/dev/null || umount --recursive --lazy /sys/fs/cgroup
      mount -t cgroup2 cgroup2 /sys/fs/cgroup
      ;;
    *)
      is_cgroup2 /sys/fs/cgroup/unified && return
      mount -t tmpfs -o mode=0755 tmpfs /sys/fs/cgroup &&
        mkdir /sys/fs/cgroup/systemd /sys/fs/cgroup/unified &&
        mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd &&
        mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified
      ;;
  esac
}

# The roots of all hierarchies, version 2's first.
hierarchies() {
  if [ "$cgroups" = unified ]; then
    echo /sys/fs/cgroup
  else
    echo /sys/fs/cgroup/unified
    for hierarchy in /sys/fs/cgroup/*; do
      # A link to one that has several controllers; a group of cpuset takes no process as it is made.
      [ -L "$hierarchy" ] || [ -e "$hierarchy/cpuset.cpus" ] || is_cgroup2 "$hierarchy" || echo "$hierarchy"
    done
  fi
}

# An overlay over a read-only folder, with what is written to it beside.
overlay() {
  mkdir "$directory/upper" "$directory/work" &&
    mount -t overlay -o "lowerdir=$1,upperdir=$directory/upper,workdir=$directory/work" overlay "$2"
}

# A file with a file system of its own. On btrfs /srv and /var are subvolumes without a mount of their own, as
# systemd-tmpfiles makes them: their files have another device than what is mounted.
image() {
  mkdir "$directory/tools" && overlay "$tools" "$directory/tools" &&
    mount -t proc proc "$directory/tools/proc" &&
    truncate -s 2G "$directory/tools/image" &&
    chroot "$directory/tools" "mkfs.$type" -q /image &&
    mount -o loop "$directory/tools/image" "$directory/root" || return
  [ "$type" = btrfs ] || return 0
  mount --bind "$directory/root" "$directory/tools/mnt" &&
    chroot "$directory/tools" sh -c 'btrfs -q subvolume create /mnt/srv && btrfs -q subvolume create /mnt/var'
}

mount_root() {
  mount -t tmpfs -o "size=$size,mode=0755" tmpfs "$directory" && mkdir "$directory/root" || return
  case $type in
    overlay)
      overlay "$lower" "$directory/root"
      return
      ;;
    tmpfs) mount -t tmpfs -o "size=$size,mode=0755" tmpfs "$directory/root" ;;
    *) image ;;
  esac && cp -a "$lower/." "$directory/root"
}

# A cgroup of its own for each boot. Without it two labs share one tree and each systemd reads the other's
# processes.
make_cgroups() {
  for hierarchy in $(hierarchies); do mkdir -p "$hierarchy/$name" || return; done
}

boot() {
  make_cgroups
  [ "$cgroups" != legacy ] || export UNIFIED_CGROUP_HIERARCHY=no
  sh -c 'for hierarchy in $1; do echo $$ >"$hierarchy/$2/cgroup.procs"; done; shift 2; exec "$@"' sh \
    "$(hierarchies)" "$name" systemd-nspawn --directory="$directory/root" "$@" \
    </dev/null >>"$directory/console" 2>&1 &
  container=$!
}

# Version 2 alone can end all processes of a group, so it comes first.
remove_cgroup() {
  [ -d "$1" ] || return 0
  tries=0
  while [ $tries -lt 100 ]; do
    [ -e "$1/cgroup.kill" ] && echo 1 2>/dev/null >"$1/cgroup.kill"
    find "$1" -depth -type d -exec rmdir {} + 2>/dev/null
    [ -d "$1" ] || return 0
    tries=$((tries + 1))
    sleep 0.02
  done
}

halt() {
  if [ -n "$container" ]; then
    kill -KILL "$container" 2>/dev/null
    wait "$container" 2>/dev/null
    container=
  fi
  for hierarchy in $(hierarchies); do remove_cgroup "$hierarchy/$name"; done
}

mkdir "$directory" && mount_cgroup && mount_root && make_cgroups && say ready || exit
while read -r order; do
  case $order in
    boot)
      boot "$@"
      say "booted $container"
      ;;
    halt)
      halt
      say halted
      ;;
  esac
done
halt
cd /
umount "$directory/root" 2>/dev/null || umount --lazy "$directory/root" 2>/dev/null
umount "$directory" 2>/dev/null || umount --lazy "$directory" 2>/dev/null
# rmdir, not rm: should a mount still be there, nothing behind it is touched.
rmdir "$directory" 2>/dev/null
