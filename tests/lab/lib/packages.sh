# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Debian packages: what the host needs to build and to run the lab, and where
# the packages of another release come from. packaging/debian/control is the
# only list of what podd needs.

CONTROL=$SOURCE_DIR/packaging/debian/control
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# A fetched index is one that apt knows the origin of; fresh images have none.
has_indexes() {
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(FILENAME)' 'Identifier: Packages' 'Origin: Debian' 2>/dev/null | grep -q .
}

update_indexes() { apt-get -q -o DPkg::Lock::Timeout=600 update >&2; }

install_packages() {
    local missing=() package
    for package in "$@"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    update_indexes
    apt-get -q -y -o DPkg::Lock::Timeout=600 install --no-install-recommends "${missing[@]}" >&2
}

# What a build of this tree needs, by its own control file.
install_build_dependencies() {
    dpkg-checkbuilddeps "$CONTROL" 2>/dev/null && return
    update_indexes
    apt-get -q -y -o DPkg::Lock::Timeout=600 build-dep --no-install-recommends "$SOURCE_DIR/packaging" >&2
}

# What the lab itself runs on the host.
install_lab_tools() {
    install_packages mmdebstrap debian-archive-keyring ca-certificates util-linux mount procps python3 binutils strace "$@"
}

# control_field FIELD: the package names in a dependency field, one per line,
# without versions, substitutions and debhelper.
control_field() {
    sed -n "/^$1:/,/^[^ ]/{s/^$1://;/^ /p;}" "$CONTROL" |
        tr ',' '\n' | sed 's/([^)]*)//; s/[[:space:]]//g' | grep -v -e '^$' -e '^\$' -e '^debhelper'
}

# The apt sources of a release: the host's own Debian sources with the name of
# the release in the place of the host's.
sources_for() {
    local release=$1 uri codename component
    has_indexes || update_indexes
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Identifier: Packages' 'Origin: Debian' |
        sort -u | while read -r uri codename component; do
        [[ $component == main ]] || continue
        case $codename in
            *-backports* | *-proposed*) continue ;;
            *-updates) codename=$release-updates ;;
            *-security) codename=$release-security ;;
            *) codename=$release ;;
        esac
        printf 'deb [signed-by=%s] %s %s main\n' "$KEYRING" "$uri" "$codename"
    done
}

# The host's way to its mirror (proxies, certificates), as options of mmdebstrap.
apt_options() {
    apt-config dump --format '%F "%v";%n' |
        sed -nE 's/^(Acquire::(http|https|Retries|Check-Valid-Until|Check-Date)[^ ]* "[^"]+";)$/--aptopt=\1/p'
}
