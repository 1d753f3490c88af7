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

# Units of the installed tree are enabled as a package would do it: by presets.
enable_units() {
    local root=$1 tree=$2 unit
    for unit in "$tree"/usr/lib/systemd/system/*.{service,socket,timer,path,target,slice}; do
        [[ -f $unit && $unit != *@.* ]] || continue
        grep -q '^\[Install\]' "$unit" || continue
        chroot "$root" systemctl --quiet preset "${unit##*/}"
    done
}
