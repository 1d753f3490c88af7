# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Root file systems, made once and cached under a name that contains a hash of
# what went into them:
#   machine root   what a machine boots: systemd and podd's run-time libraries
#   build root     what builds the tree for a release that is not the host's

MACHINE_PACKAGES=(systemd systemd-sysv dbus polkitd iproute2 procps nftables iptables containernetworking-plugins busybox-static strace openssl)

# Units that make noise: they would do something at a time of their own choice.
NOISY_UNITS=(
    systemd-timesyncd.service systemd-pstore.service systemd-tmpfiles-clean.timer
    proc-sys-fs-binfmt_misc.automount console-getty.service getty.target
    apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer
    e2scrub_all.timer e2scrub_reap.service
)

# These, and units that would reach out of a machine whose kernel is the host's.
MASKED_UNITS=(
    "${NOISY_UNITS[@]}"
    systemd-sysctl.service systemd-binfmt.service systemd-modules-load.service
    systemd-remount-fs.service systemd-networkd.service systemd-networkd.socket
    systemd-resolved.service dev-hugepages.mount dev-mqueue.mount
    sys-fs-fuse-connections.mount sys-kernel-config.mount sys-kernel-debug.mount
    sys-kernel-tracing.mount
)

hash_of() { printf '%s\n' "$@" | sha256sum | cut -c1-12; }

# make_root RELEASE DIR PACKAGE…
make_root() {
    local release=$1 dir=$2 sources options include
    shift 2
    mapfile -t sources < <(sources_for "$release")
    ((${#sources[@]})) || die "the host's apt sources name no Debian mirror"
    mapfile -t options < <(apt_options)
    include=$(printf '%s,' "$@")
    mkdir -p "$CACHE"
    rm -rf --one-file-system "$dir.new"
    # In a pid namespace: the scripts of packages stop daemons that they see, also those of running machines.
    # shellcheck disable=SC2016
    /usr/bin/python3 "$LAB_DIR/lib/newroot.py" private unshare --pid --fork --kill-child -- \
        bash -euc 'mount -t proc proc /proc; "$@"' lab \
        mmdebstrap --quiet --mode=root --variant=minbase --format=directory \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
        --dpkgopt='path-exclude=/usr/share/locale/*' \
        "${options[@]}" --include="${include%,}" "$release" "$dir.new" "${sources[@]}" >&2
}

# What makes a Debian root a machine of the lab.
prepare_machine_root() {
    local root=$1 unit
    rm -f "$root/etc/machine-id" "$root/var/lib/dbus/machine-id" "$root/etc/resolv.conf"
    for unit in "${MASKED_UNITS[@]}"; do
        ln -sf /dev/null "$root/etc/systemd/system/$unit"
    done
    printf 'alice:x:1000:1000:Alice:/home/alice:/bin/bash\n' >>"$root/etc/passwd"
    printf 'alice:x:1000:\n' >>"$root/etc/group"
    printf 'alice:!:20000::::::\n' >>"$root/etc/shadow"
    install -d -o 1000 -g 1000 -m 700 "$root/home/alice"
    install -d "$root/etc/systemd/system.conf.d"
    cat >"$root/etc/systemd/system.conf.d/lab.conf" <<'EOF'
[Manager]
DefaultTimeoutStopSec=20s
DefaultEnvironment=ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
EOF
}

# runtime_packages TREE ROOT: the packages whose libraries the programs of an
# installed tree load, as the root that built them names them. The sanitizers'
# libraries always belong to it, so that every build of a release shares one root.
runtime_packages() {
    local tree=$1 root=$2 libraries known
    # Most files are no programs: objdump says so by its status.
    libraries=$({ find "$tree" -type f -exec objdump -p {} + 2>/dev/null || true; } | awk '$1 == "NEEDED" { print $2 }' | sort -u)
    known=$CACHE/libraries-$(hash_of "$root" "$libraries")
    if [[ ! -s $known ]]; then
        packages_of_libraries "$root" "$libraries" >"$known.$$"
        mv "$known.$$" "$known"
    fi
    cat "$known"
}

packages_of_libraries() {
    local root=$1 libraries=$2
    # shellcheck disable=SC2086
    printf '%s\n' $libraries 'libasan.so.[0-9]*' 'libubsan.so.[0-9]*' | while read -r library; do
        chroot "$root" dpkg -S "*/$(uname -m)-linux-gnu/$library" 2>/dev/null | sed -n 's/^\([^:, ]*\).*/\1/p' |
            grep . || say "no package has $library"
    done | sort -u
}

# machine_root RELEASE [PACKAGE…]: makes it if need be, prints its directory.
machine_root() {
    local release=$1 packages dir
    shift
    known_release "$release"
    mapfile -t packages < <({ printf '%s\n' "${MACHINE_PACKAGES[@]}" "$@"; control_field Depends; } | sort -u)
    dir=$CACHE/machine-$release-$(hash_of "${packages[@]}" "$(declare -f prepare_machine_root)" "${MASKED_UNITS[@]}")
    with_lock "root-$release" make_machine_root "$release" "$dir" "${packages[@]}"
    printf '%s\n' "$dir"
}

make_machine_root() {
    local dir=$2
    [[ -d $dir ]] && return
    install_lab_tools
    say "making the machine root of $1 ($dir)"
    make_root "$@"
    prepare_machine_root "$dir.new"
    mv "$dir.new" "$dir"
}

# build_root RELEASE: makes it if need be, prints its directory.
build_root() {
    local release=$1 packages dir
    known_release "$release"
    mapfile -t packages < <({ control_field Build-Depends; echo ccache; } | sort -u)
    dir=$CACHE/build-$release-$(hash_of "${packages[@]}")
    with_lock "root-$release" make_build_root "$release" "$dir" "${packages[@]}"
    printf '%s\n' "$dir"
}

make_build_root() {
    local dir=$2
    [[ -d $dir ]] && return
    install_lab_tools
    say "making the build root of $1 ($dir)"
    make_root "$@"
    mkdir -p "$dir.new/mnt/source" "$dir.new/mnt/build" "$dir.new/mnt/ccache"
    mv "$dir.new" "$dir"
}

# build_root_of RELEASE: the root that its trees are built in.
build_root_of() {
    if [[ $1 == "$(host_release)" ]]; then
        printf '/\n'
    else
        build_root "$1"
    fi
}
