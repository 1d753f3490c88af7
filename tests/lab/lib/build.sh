# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Builds of the tree: what is built on one Debian does not run on another, so
# each release has its own build and its own installed tree. The host's release
# is built on the host, in build/<preset>; others in their build root, with the
# source mounted read-only and the build directory in the cache.

build_dir() {
    if [[ $1 == "$(host_release)" ]]; then
        printf '%s\n' "$SOURCE_DIR/build/$2"
    else
        printf '%s\n' "$CACHE/build/$(hash_of "$SOURCE_DIR")-$1-$2"
    fi
}

# build_tree RELEASE PRESET [TESTS]: builds and installs, prints the installed
# tree; beside it is weakened/podd-init. The unit tests are built only on the host, and only if asked for (ON) or
# if they were before.
build_tree() {
    local release=$1 preset=$2 tests=${3:-} build root
    build=$(build_dir "$release" "$preset")
    mkdir -p "$build"
    if [[ $release == "$(host_release)" ]]; then
        install_build_dependencies
        install_packages ccache
        with_lock "build-$(hash_of "$build")" build_on_host "$build" "$preset" "$tests" >&2
    else
        root=$(build_root "$release")
        with_lock "build-$(hash_of "$build")" build_in_root "$root" "$build" "$preset" >&2
    fi
    printf '%s\n' "$build/tree"
}

# A tree is changed as a whole and never while a machine takes its copy.
with_tree() {
    local tree=$1
    shift
    with_lock "tree-$(hash_of "$tree")" "$@"
}

replace_tree() {
    rm -rf "$1/tree"
    mv "$1/tree.new" "$1/tree"
}

# build_steps SOURCE BUILD PRESET CCACHE_DIR [TESTS]
build_steps() {
    local source=$1 build=$2 preset=$3 tests=${5:-}
    [[ -n $tests || -f $build/CMakeCache.txt ]] || tests=OFF
    cd "$source" || return
    # What has been compiled before, for whatever directory, is not compiled again.
    export CCACHE_DIR=$4 CCACHE_BASEDIR=$source CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=2G
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
    cmake --preset "$preset" -B "$build" -DCMAKE_INSTALL_PREFIX=/usr ${tests:+"-DBUILD_TESTING=$tests"}
    cmake --build "$build"
    rm -rf "$build/tree.new"
    DESTDIR=$build/tree.new cmake --install "$build" --prefix /usr >"$build/install.log"
    # Beside the tree, never in it: what the tests of escapes have to escape from.
    install -D "$build/src/init/podd-init-weakened" "$build/weakened/podd-init"
}

build_on_host() {
    build_steps "$SOURCE_DIR" "$1" "$2" "$CACHE/ccache" "${@:3}"
    with_tree "$1/tree" replace_tree "$1"
}

build_in_root() {
    local root=$1 build=$2 preset=$3
    mkdir -p "$CACHE/ccache-${root##*/}"
    # shellcheck disable=SC2016
    /usr/bin/python3 "$LAB_DIR/lib/newroot.py" private bash -euc '
        mount --bind "$2" "$1/mnt/source"
        mount -o remount,bind,ro "$1/mnt/source"
        mount --bind "$3" "$1/mnt/build"
        mount --bind "$6" "$1/mnt/ccache"
        mount -t proc proc "$1/proc"
        mount --bind /dev/null "$1/dev/null"
        exec chroot "$1" bash -euc "$4" lab /mnt/source /mnt/build "$5" /mnt/ccache
    ' lab "$root" "$SOURCE_DIR" "$build" "$(declare -f build_steps); build_steps \"\$@\"" "$preset" \
        "$CACHE/ccache-${root##*/}"
    with_tree "$build/tree" replace_tree "$build"
}
