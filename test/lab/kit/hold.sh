#!/bin/sh
# Holds one lab: its mounts, its cgroup and its container. Runs in a mount namespace of its own, so that every
# mount ends with it. It takes orders as lines on standard input and ends with that: whoever started it can be
# killed in any way and nothing is left behind.
#
#   hold.sh DIRECTORY NAME LOWER SIZE TYPE TOOLS [NSPAWN-OPTION …]
#
#   TYPE: file system of the root, "overlay" over LOWER, or one that LOWER is copied to; TOOLS: a root that has its mkfs
#
#   orders:  boot   start the container; answers "booted PID" (of systemd-nspawn)
#            halt   end it at once; answers "halted"
set -u
directory=$1 name=$2 lower=$3 size=$4 type=$5 tools=$6
shift 6
cgroup=/sys/fs/cgroup/$name
container=

# Ctrl-C and a closed pipe are for the one that started this; the end of standard input ends it in order.
trap '' INT TERM HUP PIPE

say() { echo "$*" 2>/dev/null || :; }

# A host with cgroup v1, or with both: the container's systemd must see one plain v2 tree.
mount_cgroup() {
  [ "$(stat --file-system --format=%T /sys/fs/cgroup)" = cgroup2fs ] && return
  umount --recursive /sys/fs/cgroup 2>/dev/null || umount --recursive --lazy /sys/fs/cgroup
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
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
boot() {
  mkdir -p "$cgroup"
  sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' sh "$cgroup" \
    systemd-nspawn --directory="$directory/root" "$@" </dev/null >>"$directory/console" 2>&1 &
  container=$!
}

remove_cgroup() {
  [ -d "$cgroup" ] || return 0
  tries=0
  while [ $tries -lt 100 ]; do
    [ -e "$cgroup/cgroup.kill" ] && echo 1 2>/dev/null >"$cgroup/cgroup.kill"
    find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null
    [ -d "$cgroup" ] || return 0
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
  remove_cgroup
}

mkdir "$directory" && mount_cgroup && mount_root && mkdir "$cgroup" && say ready || exit
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
