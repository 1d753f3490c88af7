#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The manual says what the programs say: options, settings, the D-Bus interface, errors, polkit actions, fields of a
# definition, and the pages that everything refers to.
#
#   check_docs.sh SOURCE PODD PODD-EXECUTOR PODD-NETWORK PODCTL
set -euo pipefail
cd "$1"
podd=$2 executor=$3 network=$4 podctl=$5

failures=0
complain() {
    echo "docs: $1" >&2
    failures=$((failures + 1))
}

# same WHAT DOCUMENTED ACTUAL: two sorted lists of names, one on a line.
same() {
    local name
    while IFS= read -r name; do
        complain "$1: $name is not documented"
    done < <(comm -13 <(sort -u <<<"$2") <(sort -u <<<"$3") | sed '/^$/d')
    while IFS= read -r name; do
        complain "$1: $name is documented, but there is none"
    done < <(comm -23 <(sort -u <<<"$2") <(sort -u <<<"$3") | sed '/^$/d')
}

# section FILE HEADING: the lines of a section of a page.
section() {
    awk -v heading="# $2" '$0 == heading { inside = 1; next } /^# / { inside = 0 } inside' "docs/$1"
}

# The names in *bold* that head the paragraphs of standard input.
headings() { grep -E '^\*' | grep -oE '\*[^*]+\*' | tr -d '*'; }

long_options() { grep -oE '(^|[ ,])--[a-z][a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+'; }

check_options() {
    local page=$1 program=$2
    same "$page, OPTIONS" "$(section "$page" OPTIONS | headings | sed 's/=$//' | grep -E '^--')" \
        "$("$program" --help | long_options)"
}
check_options podd.8.scd "$podd"
check_options podd-executor.8.scd "$executor"
check_options podd-network.8.scd "$network"
check_options podctl.1.scd "$podctl"

# What podd.conf(5) and its example say are the settings of podd --help, with the same defaults.
settings=$("$podd" --help | sed '1,/^Settings/d' | long_options | sed 's/^--//')
same "podd.conf.5.scd, SETTINGS" "$(section podd.conf.5.scd SETTINGS | headings)" "$settings"
same "examples/podd.conf" "$(sed -nE 's/^#([a-z0-9-]+) = .*/\1/p' examples/podd.conf)" "$settings"
while read -r name default; do
    grep -qxF "#$name = $default" examples/podd.conf || complain "examples/podd.conf: the default of $name is $default"
    section podd.conf.5.scd SETTINGS | grep -A4 -xF "*$name*" | grep -qF "Default: _${default}_" ||
        complain "podd.conf.5.scd: the default of $name is $default"
done < <("$podd" --help | sed -nE 's/^ +--([a-z0-9-]+) [A-Z]+ \(=([^)]*)\).*/\1 \2/p')

# Members of an interface as the page has them: *Name*(s _argument_) → (o _result_), and *Name* for properties.
members() {
    awk '
        function attribute(name) { return match($0, name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 3) : "" }
        /<(method|signal) / { kind = /<method/ ? "method" : "signal"; member = attribute("name"); ins = outs = "" }
        /<property / { print "*" attribute("name") "*" }
        /<arg / {
            argument = attribute("type") " _" attribute("name") "_"
            if (attribute("direction") == "out") outs = outs (outs == "" ? "" : ", ") argument
            else ins = ins (ins == "" ? "" : ", ") argument
        }
        /<\/(method|signal)>|<(method|signal) [^>]*\/>/ { print "*" member "*(" ins ")" (outs == "" ? "" : " → (" outs ")") }
    ' "dbus/$1.xml"
}
for file in dbus/*.xml; do
    interface=$(basename "$file" .xml)
    text=$(section org.podd1.5.scd "${interface^^}")
    while IFS= read -r member; do
        grep -qF "$member" <<<"$text" || complain "org.podd1.5.scd, ${interface^^}: $member is not documented"
    done < <(members "$interface")
    same "org.podd1.5.scd, ${interface^^}" "$(headings <<<"$text")" "$(members "$interface" | grep -oE '^\*[A-Za-z]+' | tr -d '*')"
done

same "org.podd1.5.scd, ERRORS" "$(section org.podd1.5.scd ERRORS | headings)" \
    "$(grep -hoE '"org\.(podd1|freedesktop\.DBus)\.Error\.[A-Za-z]+"' src/sd/names.h | tr -d '"'
       echo org.freedesktop.DBus.Error.InteractiveAuthorizationRequired)"
same "org.podd1.5.scd, AUTHORISATION" "$(section org.podd1.5.scd AUTHORISATION | headings)" \
    "$(grep -oE '<action id="[^"]+"' polkit/org.podd1.policy | cut -d'"' -f2)"

# Every field that the door knows is in podd-pod(5), as one that is offered or as one that is not; so is every variable.
fields=$(sed -nE 's/^ *\{"([A-Za-z]+)", k(Optional|Required),.*/\1/p' src/model/pod_spec_json.cpp | sort -u)
variables=$(grep -oE '\{"[A-Z_]+", ' src/core/environment.cpp | cut -d'"' -f2)
[[ -n $fields && -n $variables ]] || complain "the tables of fields or variables are not found in the sources"
while IFS= read -r name; do
    grep -qE "[*_]${name}[*_]" docs/podd-pod.5.scd || complain "podd-pod.5.scd: $name is not documented"
done <<<"$fields"$'\n'"$variables"

# Every file is on the map, by its name without a suffix.
while IFS= read -r name; do
    grep -qF "\`$name\`" src/README.md || complain "src/README.md: $name is not on the map"
done < <(find src -name '*.cpp' -o -name '*.h' | sed -E 's#.*/##; s#\.[a-z]+$##' | sort -u)

# Pages of ours that something refers to, and files that the README and its like link to.
while IFS= read -r page; do
    name=${page%(*}
    [[ -f docs/$name.${page: -2:1}.scd ]] || complain "$page is referred to, and there is no such page"
done < <(grep -rhoE '\*?(podd[a-z.-]*|podctl|org\.podd1)\*?\([1-8]\)' README.md src docs examples units tests | tr -d '*' | sort -u)
while IFS=: read -r file link; do
    [[ -e $(dirname "$file")/$link ]] || complain "$file: there is no $link"
done < <(grep -noE '\]\([^)#:]+\)' -r --include='*.md' README.md src docs examples tests |
    sed -E 's/^([^:]+):[0-9]+:\]\((.*)\)$/\1:\2/')

if [ $failures -gt 0 ]; then
    exit 1
fi
echo "docs: the manual says what the programs say"
