#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# clang-format and clang-tidy over the sources. The layout that clang-format makes differs from version to version: the one
# of Debian 12 (14) counts, elsewhere this says so and leaves it out.
#
#   check_style.sh BUILD_DIR     a build directory with compile_commands.json, made without GCC-only options (debug, asan)
set -euo pipefail
build=$(readlink -f "$1")
cd "$(dirname "$(readlink -f "$0")")/.."

mapfile -t sources < <(git ls-files 'src/*.cpp' 'src/*.h' 'tests/*.cpp' 'tests/*.h' 2>/dev/null ||
    find src tests -name '*.cpp' -o -name '*.h')
version=$(clang-format --version | sed -E 's/.*version ([0-9]+).*/\1/')
if [ "$version" = 14 ]; then
    clang-format --dry-run --Werror "${sources[@]}"
    echo "style: clang-format is content with ${#sources[@]} files"
else
    echo "style: clang-format skipped: version $version lays code out differently from 14"
fi

# podd-init is built against musl by options that clang-tidy does not take; GCC's warnings hold for it.
mapfile -t compiled < <(printf '%s\n' "${sources[@]}" | grep -E '^src/.*\.cpp$' | grep -v '^src/init/')
printf '%s\n' "${compiled[@]}" | xargs -P "$(nproc)" -n 4 clang-tidy -p "$build" --quiet 2>/dev/null
echo "style: clang-tidy is content with ${#compiled[@]} files"
