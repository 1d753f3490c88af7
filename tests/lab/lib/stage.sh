#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The first processes of a machine, in order; the last becomes its systemd.
#   join    PID 1 of a new pid namespace joins a cgroup of its own, then takes
#           the namespaces that must see it so
#   mounts  puts the machine's file systems together and moves into them
# Everything is mounted in a private mount namespace: it ends with the machine.
set -euo pipefail

LIB=$(cd "$(dirname "$0")" && pwd)
RUN=/run/podd-lab
# shellcheck source=SCRIPTDIR/install.sh
. "$LIB/install.sh"

# stage.sh join NAME ROOT [TREE]
join() {
    local name=$1 dir=$RUN/$1 pid
    # /proc is still the host's: this is our number there.
    read -r pid _ </proc/self/stat
    readlink "/proc/$pid/ns/pid" >"$dir/pidns"
    printf '%s\n' "$pid" >"$dir/pid"
    mount -t cgroup2 cgroup2 "$dir/mnt"
    mkdir -p "$dir/mnt/podd-lab/$name"
    echo 0 >"$dir/mnt/podd-lab/$name/cgroup.procs"
    umount "$dir/mnt"
    exec unshare --cgroup --ipc --uts --net -- "$BASH" "$LIB/stage.sh" mounts "$@"
}

device_nodes() {
    local dev=$1 node
    for node in null zero full random urandom tty; do
        : >"$dev/$node"
        mount --bind "/dev/$node" "$dev/$node"
    done
    mkdir "$dev/pts" "$dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$dev/pts"
    mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$dev/shm"
    ln -s pts/ptmx "$dev/ptmx"
    ln -s /proc/self/fd "$dev/fd"
    ln -s /proc/self/fd/0 "$dev/stdin"
    ln -s /proc/self/fd/1 "$dev/stdout"
    ln -s /proc/self/fd/2 "$dev/stderr"
}

# stage.sh mounts NAME ROOT [TREE]
mounts() {
    local name=$1 lower=$2 tree=${3:-} mnt=$RUN/$1/mnt root
    mount -t tmpfs -o mode=755 lab "$mnt"
    mkdir "$mnt/upper" "$mnt/work" "$mnt/root" "$mnt/state"
    root=$mnt/root
    mount -t overlay -o "lowerdir=${tree:+$tree:}$lower,upperdir=$mnt/upper,workdir=$mnt/work" lab "$root"
    mkdir -p "$root/var/lib/podd"
    # Images are unpacked here, and an overlay cannot have its upper layer on an overlay.
    mount --bind "$mnt/state" "$root/var/lib/podd"
    mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
    mount -t sysfs -o nosuid,nodev,noexec sysfs "$root/sys"
    mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"
    mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$root/run"
    mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/tmp"
    mount -t tmpfs -o mode=755,nosuid tmpfs "$root/dev"
    device_nodes "$root/dev"
    give_identity "$root" "$name"
    [[ -z $tree ]] || enable_units "$root" "$tree"
    exec /usr/bin/python3 "$LIB/newroot.py" pivot "$root" \
        /usr/bin/env -i container=lab PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
        /usr/lib/systemd/systemd --log-target=journal
}

"$@"
