#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every source file names its licence in its first lines, and leaves nothing for later.
set -euo pipefail
cd "${1:-.}"

failures=0
complain() {
    echo "headers: $1" >&2
    failures=$((failures + 1))
}

sources() {
    find src tests units dbus polkit docs examples packaging .ci CMakeLists.txt -type f \
        -not -name '*.json' -not -name '*.md' -not -name '*.scd' -not -path 'packaging/debian/*' \
        -not -path '*/__pycache__/*' -not -path '*/completion/*'
    find packaging/debian/rules src/cli/completion -type f
}

while IFS= read -r file; do
    head -n 6 "$file" | grep -q 'SPDX-License-Identifier: LGPL-2\.1-or-later' ||
        complain "$file: no line with SPDX-License-Identifier: LGPL-2.1-or-later"
done < <(sources)
grep -q 'GNU LESSER GENERAL PUBLIC LICENSE' LICENSE || complain "LICENSE: not the text of the licence"

while IFS= read -r hit; do
    complain "$hit"
done < <(grep -rnE '\b(TODO|FIXME|XXX)\b' README.md src tests docs examples units dbus polkit packaging |
    grep -v '^tests/check_headers\.sh:' || true)

if [ $failures -gt 0 ]; then
    exit 1
fi
echo "headers: every source file names its licence"
