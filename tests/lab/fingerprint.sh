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

# PIDs of this machine except our own session, threads of the kernel (kthreadd and its children, without a session),
# workers of udev, which go on their own, and what has ended meanwhile.
pids() {
    ps -e -o pid=,sid=,ppid=,comm= | awk -v own="$own_session" '
        $2 == own || ($2 == 0 && ($1 == 2 || $3 == 2)) || $4 == "(udev-worker)" { next }
        { print $1 }'
}

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
    systemctl show -p Id -p MainPID podd.service podd-spawner.service podd-rest.service | awk -F= '
        $1 == "Id" { unit = $2 }
        $1 == "MainPID" { pid = $2 }
        $1 != "" { next }
        { tell() }
        END { tell() }
        function tell() { if (pid) print pid, unit; pid = 0 }'
}

mounts() {
    mounts_of 1 | sed 's/^/1 /'
    daemons | while read -r pid unit; do mounts_of "$pid" | sed "s/^/$unit /"; done | stable_mounts
}
stable_mounts() { sed -E 's/systemd-private-[0-9a-f]{32}-([^ /]*)-[A-Za-z0-9]{6}/systemd-private-*-\1-*/g'; }

# Namespaces of processes that are not PID 1's, and those that only a descriptor holds.
namespaces() {
    # shellcheck disable=SC2046
    find /proc/1/ns $(pids | sed 's,.*,/proc/&/ns /proc/&/fd,') -type l -printf '%h %l\n' 2>/dev/null | awk '
        $1 == "/proc/1/ns" { own[$2] }
        $2 !~ /^(mnt|net|ipc|uts|pid|user|cgroup|time):\[/ || $2 in own { next }
        {
            split($1, path, "/")
            kind = substr($2, 1, index($2, ":") - 1)
            file = "/proc/" path[3] "/comm"
            if (!(file in comm)) { getline comm[file] <file; close(file) }
            if (comm[file] == "") next
            if (path[4] == "fd") print "descriptor", comm[file], kind
            else if (!seen[file, $2]++) print "process", comm[file], kind
        }' | counted
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
    pids | awk '
        {
            file = "/proc/" $1
            comm = cgroup = zombie = ""
            if ((getline comm <(file "/comm")) <= 0) next
            while ((getline line <(file "/status")) > 0) if (line ~ /^State:[ \t]*Z/) zombie = " zombie"
            while ((getline line <(file "/cgroup")) > 0) if (sub(/^0::/, "", line)) cgroup = line
            close(file "/comm"); close(file "/status"); close(file "/cgroup")
            if (cgroup == "") next
            # Others who look into this machine from outside are no part of it.
            if ((cgroup ~ /\/\.\.\// || cgroup == "/init.scope") && $1 != 1 && !zombie) next
            print cgroup, comm zombie
        }' | counted
}

sysvipc() {
    awk 'FNR > 1 { sub(/.*\//, "", FILENAME); print FILENAME, $1, $3 }' /proc/sysvipc/msg /proc/sysvipc/sem /proc/sysvipc/shm
}

sockets() { awk 'NR > 1 && $8 && $8 !~ /^@[0-9a-f]{5}$/ { print $8 }' /proc/net/unix | stable_names | sort -u; }

descriptors() {
    daemons | while read -r pid unit; do
        find "/proc/$pid/fd" -type l -printf '%l\n' 2>/dev/null | sed -E "s/:?\[[0-9]+\]//; s/^/$unit /"
    done | stable_mounts | counted
}

tell() { "$2" | sed "s|^|$1 |"; }

{
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
} | LC_ALL=C sort
