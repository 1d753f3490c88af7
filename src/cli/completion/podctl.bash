# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for podctl(1)
# shellcheck shell=bash

__podctl_contains() {
    local word=$1 item
    shift
    for item in "$@"; do
        [[ $item == "$word" ]] && return 0
    done
    return 1
}

__podctl_pods() {
    podctl list --no-legend --no-pager --no-ask-password 2>/dev/null | while read -r id _; do echo "$id"; done
}

__podctl_instances() {
    podctl list-instances --no-legend --no-pager --no-ask-password 2>/dev/null | while read -r id _; do echo "$id"; done
}

__podctl_machines() {
    machinectl list --no-legend --no-pager 2>/dev/null | while read -r name _; do echo "$name"; done
}

__podctl_deployments() {
    podctl deployments --no-legend --no-pager --no-ask-password 2>/dev/null |
        while read -r id _; do echo "$id"; done
}

__podctl_versions() {
    podctl history --no-legend --no-pager --no-ask-password -- "$1" 2>/dev/null |
        while read -r version _; do echo "$version"; done
}

_podctl() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local word verb='' comps='' i
    local -a arguments=()

    local -A OPTS=(
        [STANDALONE]='-h --help --version -q --quiet --no-pager --no-legend --no-ask-password --no-block
                      --wait --strict --dry-run --force --target --value -f --follow'
        [ARG]='-H --host -M --machine --json --if-version -p --property -n --lines -o --output -S --since -D --directory
               --for --timeout -s --signal --kill-whom --rollback-on-failure'
    )
    local -A VERBS=(
        [NONE]='deployments isolators reload'
        [PODS]='endpoints events list list-instances top start stop suspend resume restart reset-failed wait delete'
        [POD]='attend cat history scale'
        [OBJECTS]='status show kill freeze thaw'
        [FILES]='apply verify plan'
        [VERSIONS]='diff rollback'
        [GONE]='purge'
        [DEPLOYMENTS]='cancel'
        [LOGS]='logs'
    )

    # "--json=sh" arrives as three words, because '=' breaks words.
    if [[ $cur == '=' ]]; then
        cur=''
    elif [[ $prev == '=' ]] && ((COMP_CWORD >= 2)); then
        prev=${COMP_WORDS[COMP_CWORD - 2]}
    fi

    # shellcheck disable=SC2086 # the tables are lists of words
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word == -* || $word == '=' ]]; then
            continue
        elif [[ ${COMP_WORDS[i - 1]} == '=' ]] || __podctl_contains "${COMP_WORDS[i - 1]}" ${OPTS[ARG]}; then
            continue
        elif [[ -z $verb ]]; then
            verb=$word
        else
            arguments+=("$word")
        fi
    done

    # shellcheck disable=SC2086
    if [[ $prev == --version && $verb == cat ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(__podctl_versions "${arguments[0]}")" -- "$cur")
        return 0
    fi
    # shellcheck disable=SC2086
    if __podctl_contains "$prev" ${OPTS[ARG]}; then
        case $prev in
            -M | --machine) comps=$(__podctl_machines) ;;
            -H | --host)
                compopt -o nospace 2>/dev/null
                mapfile -t COMPREPLY < <(compgen -A hostname -- "$cur")
                return 0
                ;;
            -D | --directory)
                compopt -o filenames 2>/dev/null
                mapfile -t COMPREPLY < <(compgen -d -- "$cur")
                return 0
                ;;
            --json) comps='short pretty off' ;;
            -o | --output) comps='short cat' ;;
            --for) comps='stable stopped' ;;
            -s | --signal) comps=$(compgen -A signal SIG) ;;
            --kill-whom) comps='main all' ;;
            --if-version) comps="none $(__podctl_versions "${arguments[0]}")" ;;
            -n | --lines) comps='all' ;;
            -S | --since) comps='now today yesterday' ;;
        esac
        mapfile -t COMPREPLY < <(compgen -W "$comps" -- "$cur")
        return 0
    fi
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "${OPTS[STANDALONE]} ${OPTS[ARG]}" -- "$cur")
        return 0
    fi

    # shellcheck disable=SC2086
    if [[ -z $verb ]]; then
        comps=${VERBS[*]}
    elif __podctl_contains "$verb" ${VERBS[PODS]}; then
        comps=$(__podctl_pods)
    elif __podctl_contains "$verb" ${VERBS[POD]}; then
        [[ ${#arguments[@]} -eq 0 ]] && comps=$(__podctl_pods)
    elif __podctl_contains "$verb" ${VERBS[OBJECTS]}; then
        comps="$(__podctl_pods) $(__podctl_instances)"
    elif __podctl_contains "$verb" ${VERBS[VERSIONS]}; then
        case $verb,${#arguments[@]} in
            *,0) comps=$(__podctl_pods) ;;
            diff,1)
                compopt -o filenames 2>/dev/null
                mapfile -t COMPREPLY < <(compgen -W "$(__podctl_versions "${arguments[0]}")" -- "$cur"; compgen -f -- "$cur")
                return 0
                ;;
            diff,2 | rollback,1) comps=$(__podctl_versions "${arguments[0]}") ;;
        esac
    elif __podctl_contains "$verb" ${VERBS[DEPLOYMENTS]}; then
        comps=$(__podctl_deployments)
    elif __podctl_contains "$verb" ${VERBS[LOGS]}; then
        [[ ${#arguments[@]} -eq 0 ]] && comps="$(__podctl_pods) $(__podctl_instances)"
    elif __podctl_contains "$verb" ${VERBS[FILES]}; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return 0
    fi

    # A name may be typed without its leading '/'.
    if [[ -n $verb && -n $cur && $cur != /* ]]; then
        comps=$(tr -s ' ' '\n' <<<"$comps" | sed 's|^/||')
    fi
    mapfile -t COMPREPLY < <(compgen -W "$comps" -- "$cur")
    return 0
}

complete -F _podctl podctl
