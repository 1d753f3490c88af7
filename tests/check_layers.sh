#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The layers of src/README.md as law: a folder includes itself and the folders named here, and libraries stay at their doors.
set -euo pipefail
cd "${1:-.}/src"

declare -A may=(
    [base]=""
    [model]="base"
    [core]="base model"
    [isolators]="base model core"
    [sd]="base model core"
    [manager]="base model core isolators sd"
    [service]="base model core isolators sd manager"
    [executor]="base model core sd"
    [network]="base model core sd"
    [init]="model/init_protocol.h"
    [nss]=""
    [probe]=""
    [cli]="base model sd"
)
failures=0
complain() {
    echo "layers: $1" >&2
    failures=$((failures + 1))
}

for folder in */; do
    folder=${folder%/}
    [ -v "may[$folder]" ] || { complain "folder src/$folder has no row in the table"; continue; }
    while IFS=: read -r file line included; do
        allowed=no
        for each in "$folder" ${may[$folder]}; do
            case $included in
            "$each" | "$each"/*) allowed=yes ;;
            esac
        done
        [ $allowed = yes ] || complain "$file:$line: src/$folder may not include \"$included\""
    done < <(grep -rnoE '^#include "[^"]+"' --include='*.cpp' --include='*.h' "$folder" |
        sed -E 's/^([^:]+):([0-9]+):#include "([^"]+)"$/\1:\2:\3/')
done

# JSON stops at the door; libsystemd is spoken by sd and by those who are built on it; podd-init knows libc alone.
while IFS= read -r hit; do
    complain "$hit: only *_json.cpp may include JsonCpp"
done < <(grep -rlE '#include <json/' --include='*.cpp' --include='*.h' . | grep -vE '_json\.(cpp|h)$' || true)
while IFS= read -r hit; do
    complain "$hit: only model/pattern.cpp may include PCRE2"
done < <(grep -rlE '#include <pcre2' . | grep -vE '^\./model/pattern\.cpp$' || true)
while IFS= read -r hit; do
    complain "$hit: only isolators/seccomp_filter.cpp may include libseccomp"
done < <(grep -rlE '#include <seccomp\.h>' . | grep -vE '^\./isolators/seccomp_filter\.cpp$' || true)
while IFS= read -r hit; do
    complain "$hit: only probe may include libcurl"
done < <(grep -rlE '#include <curl/' . | grep -vE '^\./probe/' || true)
while IFS= read -r hit; do
    complain "$hit: only sd, manager, service, executor, network and cli may include libsystemd"
done < <(grep -rlE '#include <systemd/' . | grep -vE '^\./(sd|manager|service|executor|network|cli)/' || true)
while IFS= read -r hit; do
    complain "$hit: an executor holds no bus connection, nor does what makes networks"
done < <(grep -rlE '#include <systemd/sd-bus\.h>|sd_bus_' executor network init || true)
while IFS= read -r hit; do
    complain "$hit: only network may change networks"
done < <(grep -rlE '#include <(netlink|nftables)/' . | grep -vE '^\./network/' || true)
while IFS= read -r hit; do
    complain "$hit: the manager decides and keeps; sd and service speak D-Bus"
done < <(grep -rlE '#include <systemd/sd-bus\.h>|sd_bus_' manager || true)
while IFS= read -r hit; do
    complain "$hit: podd mounts nothing and unshares nothing"
done < <(grep -rlE '\b(mount|umount2|unshare|setns|pivot_root)\(' manager service core model isolators sd cli || true)

if [ $failures -gt 0 ]; then
    exit 1
fi
echo "layers: every include goes down"
