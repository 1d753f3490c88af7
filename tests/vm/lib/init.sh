#!/bin/busybox sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash
# The first process of a virtual machine, in its initrd: brings up the disks,
# installs what the host has packed into the second one, makes room for systemd.
# If it fails, the kernel panics and QEMU ends.
set -eu
PATH=/bin

busybox mount -t devtmpfs dev /dev
for module in /modules/*; do
    busybox insmod "$module"
done
busybox mount -t ext4 /dev/vda /root
# At a second boot it is all there.
if [ ! -s /root/etc/machine-id ]; then
    busybox tar -x -f /dev/vdb -C /root
fi
busybox mount --move /dev /root/dev
exec busybox switch_root /root /usr/lib/systemd/systemd
