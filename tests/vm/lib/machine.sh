# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A virtual machine: a process of QEMU and a directory with its disks, its console
# and its channels, in $VMS.

CHANNELS=8

vm_dir() {
    [[ $1 == vm-* && -d $VMS/$1 ]] || die "no virtual machine '$1'"
    printf '%s\n' "$VMS/$1"
}

# qemu_pid NAME: of what still runs.
qemu_pid() {
    local pid
    { read -r pid <"$VMS/$1/pid"; } 2>/dev/null || return 1
    # A number that was given to another process meanwhile is none of ours.
    { tr '\0' '\n' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qFx "podd-$1" || return 1
    printf '%s\n' "$pid"
}

# enter NAME USER COMMAND…
enter() {
    exec "$VMS/$1/client" "$VMS/$1" "${@:2}"
}

# boot TREE STATE_DISK: either may be empty. Prints the machine's name once systemd is running.
boot() {
    local tree=$1 state_disk=$2 libraries=() root image channel name dir
    install_vm_tools
    if [[ -n $tree ]]; then
        [[ -d $tree/usr ]] || die "$tree is not an installed tree"
        root=$(build_root_of "$VM_RELEASE")
        mapfile -t libraries <<<"$(runtime_packages "$tree" "$root")"
    fi
    root=$(vm_root "${libraries[@]}")
    image=$(vm_image "$root")
    channel=$(channel_programs)
    mkdir -p "$VMS"
    dir=$(mktemp -d "$VMS/vm-XXXXXX")
    name=${dir##*/}
    mkdir "$dir/mnt"
    cp "$channel/client" "$dir/"
    ln -s "$image/kernel" "$image/initrd.cpio" "$dir/"
    qemu-img create -q -f qcow2 -F raw -b "$image/root.ext4" "$dir/root.qcow2" >&2
    [[ -z $state_disk ]] || make_state_disk "$state_disk" "$dir/state.ext4"
    ${tree:+with_tree "$tree"} /usr/bin/python3 "$LAB_DIR/lib/newroot.py" private \
        bash "$VM_DIR/lib/stage.sh" "$dir" "$root" "$channel/agent" ${tree:+"$tree"}
    start "$name"
}

# make_state_disk KIND IMAGE
make_state_disk() {
    case $1 in
        prjquota)
            truncate --size=512M "$2"
            mke2fs -q -t ext4 -m 0 -O project,quota -E quotatype=prjquota "$2" >&2
            ;;
    esac
}

# start NAME: power on, prints the name once systemd is running.
start() {
    local name=$1
    start_qemu "$name"
    if ! wait_running "$name"; then
        stop "$name" --now
        exit 1
    fi
    printf '%s\n' "$name"
}

# A reboot or a panic ends QEMU, so that whoever waits for the machine is told.
start_qemu() {
    local dir=$VMS/$1 number arguments=()
    arguments=(
        -name "podd-$1" -nodefaults -no-user-config -no-reboot -display none -nic none
        -accel "${PODD_VM_ACCEL:-tcg,thread=multi}" -cpu max -smp 2 -m 1G -device virtio-rng-pci
        -kernel "$dir/kernel" -initrd "$dir/initrd.cpio"
        # no_timer_check: on a busy host the emulated timer may come too late for the kernel's look at it, which panics then.
        -append "console=ttyS0 quiet psi=1 mitigations=off no_timer_check panic=-1"
        -chardev "file,id=console,path=$dir/console,append=on" -serial chardev:console
        -drive "if=virtio,format=qcow2,file=$dir/root.qcow2"
        -drive "if=virtio,format=raw,readonly=on,file=$dir/install.tar"
        -device virtio-serial-pci
    )
    [[ ! -e $dir/state.ext4 ]] || arguments+=(-drive "if=virtio,format=raw,file=$dir/state.ext4")
    for ((number = 1; number <= CHANNELS; number++)); do
        arguments+=(
            -chardev "socket,id=channel$number,path=$dir/channel.$number,server=on,wait=off"
            -device "virtserialport,chardev=channel$number,nr=$number"
        )
    done
    setsid qemu-system-x86_64 "${arguments[@]}" </dev/null >>"$dir/qemu.log" 2>&1 &
    printf '%s\n' "$!" >"$dir/pid"
}

# wait_running NAME
wait_running() {
    local name=$1 dir=$VMS/$1 state=''
    until [[ -S $dir/channel.$CHANNELS ]]; do
        kill -0 "$(<"$dir/pid")" 2>/dev/null || break
        sleep 0.02
    done
    # polkitd starts with its first question: let it not look like a leak of whoever asks it.
    state=$(timeout 300 "$dir/client" "$dir" root /bin/sh -c \
        'systemctl is-system-running --wait; systemctl start polkit.service' </dev/null) || true
    [[ $state == running ]] && return
    cat "$dir/qemu.log" >&2
    tail -n 60 "$dir/console" >&2 || true
    say "the virtual machine is '$state'"
    if [[ -n $state ]]; then
        timeout 60 "$dir/client" "$dir" root /bin/sh -c \
            'systemctl --failed --no-legend --plain; journalctl -b --no-pager -n 80' </dev/null >&2 || true
    fi
    return 1
}

# stop_qemu NAME [--now]: power off, or as if the power failed.
stop_qemu() {
    local name=$1 how=${2:-} pid deadline=$((SECONDS + 90))
    pid=$(qemu_pid "$name") || return 0
    [[ $how == --now ]] || timeout 30 "$VMS/$name/client" "$VMS/$name" root kill -s RTMIN+4 1 </dev/null 2>/dev/null || true
    while [[ $how != --now && $SECONDS -lt $deadline ]] && qemu_pid "$name" >/dev/null; do sleep 0.1; done
    kill -s KILL "$pid" 2>/dev/null || true
    while qemu_pid "$name" >/dev/null; do sleep 0.02; done
}

# stop NAME [--now]: nothing of it stays.
stop() {
    [[ $1 == vm-* ]] || die "no virtual machine '$1'"
    [[ -d $VMS/$1 ]] || return 0
    stop_qemu "$@"
    rm -rf --one-file-system "${VMS:?}/$1"
    rmdir "$VMS" 2>/dev/null || true
}

# reboot NAME [--now]: with the same disks.
reboot() {
    vm_dir "$1" >/dev/null
    stop_qemu "$@"
    rm -f "$VMS/$1"/channel.*
    start "$1"
}

machines() {
    local dir
    for dir in "$VMS"/vm-*; do
        [[ -d $dir ]] || continue
        printf '%s\t%s\n' "${dir##*/}" "$(qemu_pid "${dir##*/}" || echo ended)"
    done
}
