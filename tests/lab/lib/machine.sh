# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# A machine: namespaces of this kernel with a real systemd as their first
# process. /run/podd-lab/NAME holds its pid and console; the rest ends with it.

machine_pid() {
    local dir=$RUN/$1 pid
    [[ $1 == lab-* && -d $dir ]] || die "no machine '$1'"
    { read -r pid <"$dir/pid"; } 2>/dev/null || return 1
    [[ $(readlink "/proc/$pid/ns/pid" 2>/dev/null) == "$(<"$dir/pidns")" ]] || return 1
    printf '%s\n' "$pid"
}

# way_into MACHINE USER: sets `way`, what stands before a command that runs in the machine, with root's cgroup and in
# every namespace. It is good for as long as the machine runs, and leads nowhere else afterwards.
way_into() {
    local pid home=/root
    pid=$(machine_pid "$1") || die "machine '$1' is not running"
    [[ $2 == root ]] || home=/home/$2
    # shellcheck disable=SC2016
    way=(
        nsenter -t "$pid" -m -u -i -n -p -C -- /usr/bin/env -i
        "HOME=$home" "USER=$2" "LOGNAME=$2" LANG=C.UTF-8 "TERM=${TERM:-dumb}" PAGER=cat SYSTEMD_PAGER=cat SYSTEMD_COLORS=0
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        /bin/sh -c 'cd / && read -r name </etc/hostname && [ "$name" = "$0" ] &&
            echo 0 >/sys/fs/cgroup/init.scope/cgroup.procs && exec "$@"' "$1"
    )
    [[ $2 == root ]] || way+=(setpriv "--reuid=$2" "--regid=$2" --init-groups --)
}

# enter MACHINE USER COMMAND…
enter() {
    local way
    way_into "$1" "$2"
    exec "${way[@]}" "${@:3}"
}

# boot RELEASE [TREE [PACKAGE…]]: prints the machine's name once systemd is running.
boot() {
    local release=$1 tree=${2:-} packages=("${@:3}") libraries=() root name launcher
    need_root
    install_lab_tools
    if [[ -n $tree ]]; then
        [[ -d $tree/usr ]] || die "$tree is not an installed tree"
        root=$(build_root_of "$release")
        mapfile -t libraries <<<"$(runtime_packages "$tree" "$root")"
    fi
    root=$(machine_root "$release" "${libraries[@]}" "${packages[@]}")
    mkdir -p "$RUN"
    name=$(basename "$(mktemp -d "$RUN/lab-XXXXXX")")
    mkdir "$RUN/$name/mnt"
    if [[ -n $tree ]]; then
        # Its own copy: the next build must not change what a running machine sees.
        with_tree "$tree" cp -a "$tree" "$RUN/$name/tree"
        tree=$RUN/$name/tree
    fi
    setsid /usr/bin/python3 "$LAB_DIR/lib/newroot.py" private unshare --pid --fork --kill-child -- \
        bash "$LAB_DIR/lib/stage.sh" join "$name" "$root" ${tree:+"$tree"} \
        </dev/null >"$RUN/$name/console" 2>&1 &
    launcher=$!
    if ! wait_running "$name" "$launcher"; then
        # A SIGTERM is ignored by unshare --fork.
        kill -s KILL "$launcher" 2>/dev/null || true
        { wait "$launcher" || true; } 2>/dev/null
        stop "$name" --now
        exit 1
    fi
    printf '%s\n' "$name"
}

# wait_running NAME LAUNCHER
wait_running() {
    local name=$1 launcher=$2 dir=$RUN/$1 deadline=$((SECONDS + 60)) pid state
    until [[ -s $dir/pid ]] && read -r pid <"$dir/pid" && [[ $(cat "/proc/$pid/comm" 2>/dev/null) == systemd ]] &&
        [[ -S /proc/$pid/root/run/systemd/private ]]; do
        if ((SECONDS > deadline)) || ! kill -0 "$launcher" 2>/dev/null; then
            cat "$dir/console" >&2
            say "the machine did not start"
            return 1
        fi
        sleep 0.02
    done
    # polkitd starts with its first question: let it not look like a leak of whoever asks it.
    # shellcheck disable=SC2016
    state=$(timeout 60 bash -c '"$0" exec "$1" sh -c "systemctl is-system-running --wait; systemctl start polkit.service"' \
        "$LAB_DIR/lab" "$name") || true
    [[ $state == running ]] && return
    say "the machine is '$state'; failed units:"
    "$LAB_DIR/lab" exec "$name" sh -c 'systemctl --failed --no-legend --plain; journalctl -b --no-pager -n 80' >&2 || true
    return 1
}

# stop NAME [--now]: power off (or kill), then leave nothing behind.
stop() {
    local name=$1 how=${2:-} dir=$RUN/$1 pid='' deadline=$((SECONDS + 30))
    [[ $name == lab-* ]] || die "no machine '$name'"
    [[ -d $dir ]] || return 0
    if pid=$(machine_pid "$name"); then
        [[ $how == --now ]] || kill -s RTMIN+4 "$pid"
        while [[ $how != --now && -d /proc/$pid && $SECONDS -lt $deadline ]]; do sleep 0.02; done
        [[ ! -d /proc/$pid ]] || kill -s KILL "$pid" 2>/dev/null || true
        while [[ -d /proc/$pid ]]; do sleep 0.02; done
    fi
    remove_cgroup "$name"
    rm -rf --one-file-system "$dir"
    rmdir "$RUN" 2>/dev/null || true
}

remove_cgroup() {
    # shellcheck disable=SC2016
    /usr/bin/python3 "$LAB_DIR/lib/newroot.py" private bash -euc '
        mount -t cgroup2 cgroup2 "$1/mnt"
        [ ! -d "$1/mnt/podd-lab/$2" ] || find "$1/mnt/podd-lab/$2" -depth -type d -exec rmdir {} +
        rmdir "$1/mnt/podd-lab" 2>/dev/null || true
    ' lab "$RUN/$1" "$1"
}

machines() {
    local dir
    for dir in "$RUN"/lab-*; do
        [[ -d $dir ]] || continue
        printf '%s\t%s\n' "${dir##*/}" "$(machine_pid "${dir##*/}" || echo ended)"
    done
}
