#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# clang-format and clang-tidy over the sources. The layout that clang-format makes, and what the checks of clang-tidy take for
# a mistake, differ from version to version: those of Debian 12 (14) count, elsewhere this says so and leaves them out.
#
#   check_style.sh BUILD_DIR     a build directory with compile_commands.json, made without GCC-only options (debug, asan)
set -euo pipefail
build=$(readlink -f "$1")
cd "$(dirname "$(readlink -f "$0")")/.."

mapfile -t sources < <(git ls-files 'src/*.cpp' 'src/*.h' 'tests/*.cpp' 'tests/*.h' 2>/dev/null ||
    find src tests -name '*.cpp' -o -name '*.h')
version_of() { "$1" --version | sed -nE 's/.*version ([0-9]+).*/\1/p' | head -n 1; }

version=$(version_of clang-format)
if [ "$version" = 14 ]; then
    clang-format --dry-run --Werror "${sources[@]}"
    echo "style: clang-format is content with ${#sources[@]} files"
else
    echo "style: clang-format skipped: version $version lays code out differently from 14"
fi

version=$(version_of clang-tidy)
if [ "$version" != 14 ]; then
    echo "style: clang-tidy skipped: version $version has other checks than 14"
    exit
fi
# podd-init is built against musl by options that clang-tidy does not take; GCC's warnings hold for it.
mapfile -t compiled < <(printf '%s\n' "${sources[@]}" | grep -E '^src/.*\.cpp$' | grep -v '^src/init/')
printf '%s\n' "${compiled[@]}" | xargs -P "$(nproc)" -n 4 clang-tidy -p "$build" --quiet 2>/dev/null
echo "style: clang-tidy is content with ${#compiled[@]} files"
