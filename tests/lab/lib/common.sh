# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What every part of the lab shares: where things are, how to fail, which
# release the host is. Sourced, never run.
# shellcheck disable=SC2034

shopt -s inherit_errexit

LAB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SOURCE_DIR=$(cd "$LAB_DIR/../.." && pwd)
CACHE=${PODD_CACHE:-/var/cache/podd-lab}
RUN=/run/podd-lab

# A clean world: nothing of the caller's tool chains may leak into a build or a machine.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL=C.UTF-8
export DEBIAN_FRONTEND=noninteractive
unset LIBRARY_PATH LD_LIBRARY_PATH CPATH CMAKE_PREFIX_PATH PYTHONPATH PYTHONHOME CC CXX CFLAGS CXXFLAGS LDFLAGS

die() {
    printf 'lab: %s\n' "$*" >&2
    exit 1
}

say() { printf 'lab: %s\n' "$*" >&2; }

need_root() { [[ $EUID -eq 0 ]] || die "this needs root"; }

host_release() {
    # shellcheck disable=SC1091
    (. /etc/os-release && printf '%s\n' "${VERSION_CODENAME:-unknown}")
}

known_release() {
    case $1 in
        bookworm | trixie) ;;
        *) die "unknown release '$1': bookworm and trixie have machines" ;;
    esac
}

# with_lock NAME COMMAND…: one at a time on this host, for what the cache shares.
with_lock() {
    local name=$1
    shift
    mkdir -p "$CACHE"
    (
        exec 9>"$CACHE/$name.lock"
        flock 9
        "$@" 9>&-
    )
}
