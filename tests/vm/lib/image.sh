# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What all virtual machines share, made once, in the cache under names with a
# hash of what went in: a machine root with a kernel, from it the image of a disk,
# the kernel and an initrd; and the two ends of the channel.

# Newer kernels panic under the emulation of Debian 12.
VM_RELEASE=bookworm
VM_PACKAGES=(linux-image-cloud-amd64 udev kmod)
# In this order; what they need comes with them.
INITRD_MODULES=(virtio_pci virtio_blk virtio_console crc32c_generic ext4)

install_vm_tools() {
    install_lab_tools qemu-system-x86 qemu-utils e2fsprogs cpio g++ libc6-dev
}

# vm_root [PACKAGE…]: a machine root whose kernel is its own, so that nothing of it reaches out.
vm_root() {
    # shellcheck disable=SC2034
    local MASKED_UNITS=("${NOISY_UNITS[@]}")
    machine_root "$VM_RELEASE" "${VM_PACKAGES[@]}" "$@"
}

# vm_image ROOT: makes it if need be, prints its directory.
vm_image() {
    local root=$1 dir
    dir=$CACHE/vm-$VM_RELEASE-$(hash_of "$root" "$(declare -f make_image make_initrd)" "$(<"$VM_DIR/lib/init.sh")" "${INITRD_MODULES[@]}")
    with_lock vm-image make_image "$root" "$dir"
    printf '%s\n' "$dir"
}

make_image() {
    local root=$1 dir=$2
    [[ ! -d $dir ]] || return 0
    say "making the image of a virtual machine ($dir)"
    rm -rf "$dir.new"
    mkdir -p "$dir.new"
    cp "$root"/boot/vmlinuz-* "$dir.new/kernel"
    make_initrd "$root" "$dir.new"
    # Sparse: what is not used takes no space.
    truncate --size=4G "$dir.new/root.ext4"
    mke2fs -q -t ext4 -m 0 -d "$root" "$dir.new/root.ext4" >&2
    mv "$dir.new" "$dir"
}

# An initrd that does no more than a machine of known devices needs, and so in a tenth of the time.
make_initrd() {
    local root=$1 dir=$2 version module count=10
    version=$(basename "$root"/lib/modules/*)
    mkdir -p "$dir/initrd/"{bin,dev,root,modules}
    cp "$root/bin/busybox" "$dir/initrd/bin/"
    install -m 755 "$VM_DIR/lib/init.sh" "$dir/initrd/init"
    chroot "$root" modprobe --set-version "$version" --show-depends --all "${INITRD_MODULES[@]}" >"$dir/modules"
    while read -r module; do
        cp "$root$module" "$dir/initrd/modules/$((count++))-${module##*/}"
    done < <(awk '$1 == "insmod" && !seen[$2]++ { print $2 }' "$dir/modules")
    (cd "$dir/initrd" && find . | cpio --quiet -o -H newc) >"$dir/initrd.cpio"
    rm -rf "$dir/initrd" "$dir/modules"
}

# channel_programs: makes them if need be, prints their directory.
channel_programs() {
    local dir
    dir=$CACHE/channel-$(hash_of "$(cat "$VM_DIR"/channel/*)" "$(declare -f make_channel_programs)")
    with_lock channel make_channel_programs "$dir"
    printf '%s\n' "$dir"
}

make_channel_programs() {
    local dir=$1 program
    [[ ! -d $dir ]] || return 0
    rm -rf "$dir.new"
    mkdir -p "$dir.new"
    for program in agent client; do
        # Static, as it was not built where it runs.
        g++ -std=c++20 -O2 -static -s -Wall -Wextra -Wshadow -Wconversion -Werror -o "$dir.new/$program" "$VM_DIR/channel/$program.cpp"
    done
    mv "$dir.new" "$dir"
}
