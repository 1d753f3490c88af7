#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The host fingerprint: everything a pod could leave behind on the machine this
# runs in, one fact per line as "KIND fact", sorted; never asked of podd itself.
# Two runs on an idle machine are equal: ids that the kernel draws (inodes,
# mount ids, interface numbers) are left out, counts stand for them.
# It leaves out its own session (run it with setsid).
set -eu

own_session=$(ps -o sid= -p $$ | tr -d ' ')

# Random parts of names that systemd and sd-bus draw.
stable_names() {
    sed -E 's/systemd-private-[0-9a-f]{32}-(.*)-[A-Za-z0-9]{6}/systemd-private-*-\1-*/; s/^@[0-9a-f]+\//@*\//'
}

counted() { sort | uniq -c | sed -E 's/^ *([0-9]+) (.*)/\2 x\1/'; }

# PIDs of this machine except our own session and what has ended meanwhile.
pids() { ps -e -o pid=,sid= | awk -v own="$own_session" '$2 != own { print $1 }'; }

units() {
    systemctl list-units --all --plain --no-legend --no-pager 'pod*' | awk '{ print $1, $2, $3, $4 }'
}

jobs_of_systemd() {
    systemctl list-jobs --plain --no-legend --no-pager | awk '$1 ~ /^[0-9]+$/ { print $2, $3, $4 }'
}

transient() { [ ! -d /run/systemd/transient ] || find /run/systemd/transient -mindepth 1 -printf '%P\n'; }

cgroups() {
    [ -d /sys/fs/cgroup/pod.slice ] || return 0
    find /sys/fs/cgroup/pod.slice -type d | while read -r dir; do
        printf '%s processes=%s\n' "${dir#/sys/fs/cgroup}" "$(wc -l <"$dir/cgroup.procs" 2>/dev/null || echo gone)"
    done
}

# mountinfo without ids and peer groups: root, mount point, options, type, source.
mounts_of() {
    awk '{ i = 7; while ($i != "-") i++; print $4, $5, $6, $(i + 1), $(i + 2) }' "/proc/$1/mountinfo" 2>/dev/null || true
}

# podd's own long-lived processes, as "PID UNIT".
daemons() {
    for unit in podd.service podd-spawner.service podd-rest.service; do
        pid=$(systemctl show -P MainPID "$unit")
        [ "$pid" = 0 ] || echo "$pid $unit"
    done
}

mounts() {
    mounts_of 1 | sed 's/^/1 /'
    daemons | while read -r pid unit; do mounts_of "$pid" | sed "s/^/$unit /"; done | stable_mounts
}
stable_mounts() { sed -E 's/systemd-private-[0-9a-f]{32}-([^ /]*)-[A-Za-z0-9]{6}/systemd-private-*-\1-*/g'; }

# Namespaces of processes that are not PID 1's, and those that only a descriptor holds.
namespaces() {
    own=$(find /proc/1/ns -type l -printf '%l\n')
    for pid in $(pids); do
        comm=$(cat "/proc/$pid/comm" 2>/dev/null) || continue
        find "/proc/$pid/ns" -type l -printf '%l\n' 2>/dev/null | sort -u | while read -r ns; do
            case $own in
                *"$ns"*) ;;
                *) echo "process $comm ${ns%%:*}" ;;
            esac
        done
        find "/proc/$pid/fd" -type l -lname '*:\[*\]' -printf '%l\n' 2>/dev/null |
            sed -n -E "s/^(mnt|net|ipc|uts|pid|user|cgroup|time):.*/descriptor $comm \1/p" || true
    done | counted
}

links() { ip -br link | awk '{ sub(/@.*/, "", $1); print $1, $2, $3 }'; }
addresses() { ip -o addr | awk '{ print $2, $3, $4 }'; }
nft_rules() { nft -s list ruleset 2>/dev/null | awk '{ printf "%05d %s\n", NR, $0 }'; }

existing() { for path in "$@"; do [ ! -e "$path" ] || printf '%s\n' "$path"; done; }

files() {
    # shellcheck disable=SC2046
    find $(existing /run/podd /var/lib/podd /tmp /dev/shm /etc/cni /var/lib/cni /run/netns) -xdev \
        -path /var/lib/podd/pods -prune -o \( -type d -printf '%p d %m %u\n' -o -printf '%p %y %s %m %u\n' \) |
        stable_names
}

# What is meant to stay: the definitions and their history.
state() {
    [ -d /var/lib/podd/pods ] || return 0
    find /var/lib/podd/pods -xdev -type f -exec sha256sum {} + | awk '{ print $2, substr($1, 1, 16) }'
    find /var/lib/podd/pods -xdev ! -type f -printf '%p %y %m\n'
}

processes() {
    for pid in $(pids); do
        comm=$(cat "/proc/$pid/comm" 2>/dev/null) || continue
        zombie=$(sed -n 's/^State:[[:space:]]*Z.*/ zombie/p' "/proc/$pid/status" 2>/dev/null) || continue
        cgroup=$(sed -n 's/^0:://p' "/proc/$pid/cgroup" 2>/dev/null) || continue
        # Others who look into this machine from outside are no part of it.
        case $cgroup in */../* | /init.scope) [ "$pid" = 1 ] || [ -n "$zombie" ] || continue ;; esac
        echo "$cgroup $comm$zombie"
    done | counted
}

sysvipc() {
    for kind in msg sem shm; do awk -v kind=$kind 'NR > 1 { print kind, $1, $3 }' /proc/sysvipc/$kind; done
}

sockets() { awk 'NR > 1 && $8 && $8 !~ /^@[0-9a-f]{5}$/ { print $8 }' /proc/net/unix | stable_names | sort -u; }

descriptors() {
    daemons | while read -r pid unit; do
        find "/proc/$pid/fd" -type l -printf '%l\n' 2>/dev/null | sed -E "s/:?\[[0-9]+\]//; s/^/$unit /"
    done | stable_mounts | counted
}

tell() { "$2" | LC_ALL=C sort | sed "s|^|$1 |"; }

tell unit units
tell job jobs_of_systemd
tell transient transient
tell cgroup cgroups
tell mount mounts
tell namespace namespaces
tell link links
tell address addresses
tell nft nft_rules
tell file files
tell state state
tell process processes
tell sysvipc sysvipc
tell socket sockets
tell descriptor descriptors
