# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# The fingerprint of a machine that enter() knows the way into.

# command_fingerprint MACHINE [--without KIND]…
command_fingerprint() {
    local machine=$1 without=()
    shift
    while (($#)); do
        [[ $1 == --without && -n ${2:-} ]] || usage
        without+=(-e "^$2 ")
        shift 2
    done
    enter "$machine" root setsid --wait /usr/bin/perl - <"$LAB_DIR/fingerprint.pl" |
        if ((${#without[@]})); then grep -v "${without[@]}"; else cat; fi
}
