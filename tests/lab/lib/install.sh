# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What a root becomes just before it is booted: a machine with a name, and with
# the units of a tree enabled.

# give_identity ROOT NAME
give_identity() {
    tr -d - </proc/sys/kernel/random/uuid >"$1/etc/machine-id"
    printf '%s\n' "$2" >"$1/etc/hostname"
    printf '127.0.0.1 localhost %s\n::1 localhost\n' "$2" >"$1/etc/hosts"
}

# The sanitizers' search for leaks is one by a debugger, which the sandboxes of these units do not let in: podctl would fail
# in podd.service (ExecReload=), and podd-network at its end, because nothing could be searched.
spare_sandboxed_units() {
    local unit
    for unit in podd podd-network; do
        mkdir -p "$1/etc/systemd/system/$unit.service.d"
        printf '[Service]\nEnvironment=LSAN_OPTIONS=detect_leaks=0\n' >"$1/etc/systemd/system/$unit.service.d/leaks.conf"
    done
}

# Units of the installed tree are enabled as a package would do it: by presets.
enable_units() {
    local root=$1 tree=$2 unit
    spare_sandboxed_units "$root"
    for unit in "$tree"/usr/lib/systemd/system/*.{service,socket,timer,path,target,slice}; do
        [[ -f $unit && $unit != *@.* ]] || continue
        grep -q '^\[Install\]' "$unit" || continue
        chroot "$root" systemctl --quiet preset "${unit##*/}"
    done
}
