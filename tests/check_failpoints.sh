#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds with failpoints have every point that the sources name, each once; all others have none, not even a name.
#
#   check_failpoints.sh SOURCE WITH PROGRAM…       WITH is 1 or 0
set -euo pipefail
cd "$1"
with=$2
shift 2

failures=0
complain() {
    echo "failpoints: $1" >&2
    failures=$((failures + 1))
}

names=$(grep -rhoE 'PODD_(FAIL|CRASH)POINT\("[^"]+"\)' --include='*.cpp' src | sed -E 's/.*"(.*)".*/\1/' | sort)
compiled=$(cat "$@" | grep -aoE 'failpoint:[a-z.-]+' | sed 's/failpoint://' | sort -u || true)

while IFS= read -r name; do
    [ -z "$name" ] || complain "$name: there are two points of this name"
done < <(uniq -d <<<"$names")
if [ "$with" = 1 ]; then
    while IFS= read -r name; do
        complain "$name: in the sources, and in no program"
    done < <(comm -23 <(uniq <<<"$names") - <<<"$compiled")
    [ "$(wc -l <<<"$names")" -ge 60 ] || complain "there are fewer than 60"
elif [ -n "$compiled" ] || grep -qalE 'failpoint:|/podd/failpoints' "$@"; then
    complain "a build without failpoints has some: $compiled"
fi

if [ $failures -gt 0 ]; then
    exit 1
fi
echo "failpoints: $(wc -l <<<"$names") in the sources"
