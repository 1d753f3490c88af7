#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Packs what a virtual machine is to have beyond its image: a name, the agent, the
# installed tree with its units enabled. Run in a mount namespace of its own.
#
#   stage.sh DIR ROOT AGENT [TREE]     into DIR/install.tar
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=SCRIPTDIR/../../lab/lib/install.sh
. "$HERE/../../lab/lib/install.sh"

add_agent() {
    local root=$1 agent=$2
    install -D -m 755 "$agent" "$root/usr/lib/podd-vm/agent"
    install -m 644 "$HERE/vm-agent.service" "$root/etc/systemd/system/"
    chroot "$root" systemctl --quiet enable vm-agent.service
}

# stripped TREE COPY: without what is only for debuggers, as packages have it. Most files are no programs.
stripped() {
    cp -a "$1" "$2"
    find "$2" -type f -exec strip --strip-unneeded {} + 2>/dev/null || true
}

main() {
    local dir=$1 lower=$2 agent=$3 tree=${4:-} mnt=$1/mnt
    mount -t tmpfs -o mode=755 vm "$mnt"
    mkdir "$mnt/upper" "$mnt/work" "$mnt/root"
    if [[ -n $tree ]]; then
        stripped "$tree" "$mnt/tree"
        tree=$mnt/tree
    fi
    mount -t overlay -o "lowerdir=${tree:+$tree:}$lower,upperdir=$mnt/upper,workdir=$mnt/work" vm "$mnt/root"
    give_identity "$mnt/root" "${dir##*/}"
    add_agent "$mnt/root" "$agent"
    [[ ! -e $dir/state.ext4 ]] || printf '/dev/vdc /var/lib/podd ext4 prjquota 0 0\n' >"$mnt/root/etc/fstab"
    [[ -z $tree ]] || enable_units "$mnt/root" "$tree"
    tar --create --file "$dir/install.tar" --numeric-owner --owner=0 --group=0 ${tree:+-C "$tree" .} -C "$mnt/upper" .
}

main "$@"
