#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# One concept a file: none is longer than 400 lines.
set -euo pipefail
cd "${1:-.}"
long=$(find src tests -type f \( -name '*.cpp' -o -name '*.h' -o -name '*.py' -o -name '*.sh' \) -exec wc -l {} + |
    awk '$2 != "total" && $1 > 400')
if [ -n "$long" ]; then
    printf 'sizes: longer than 400 lines, split them:\n%s\n' "$long" >&2
    exit 1
fi
echo "sizes: no file is longer than 400 lines"
