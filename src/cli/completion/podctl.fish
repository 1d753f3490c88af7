# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for podctl(1)

function __podctl_pods
    podctl list --no-legend --no-pager --no-ask-password 2>/dev/null | string replace -r ' .*' ''
end

function __podctl_instances
    podctl list-instances --no-legend --no-pager --no-ask-password 2>/dev/null | string replace -r ' .*' ''
end

# Of the pod that is named on the command line.
function __podctl_versions
    for word in (commandline -opc)[3..]
        if not string match -q -- '-*' $word
            podctl history --no-legend --no-pager --no-ask-password -- $word 2>/dev/null | string replace -r ' .*' ''
            return
        end
    end
end

function __podctl_deployments
    podctl deployments --no-legend --no-pager --no-ask-password 2>/dev/null | string replace -r ' .*' ''
end

complete -c podctl -f

complete -c podctl -n __fish_use_subcommand -a list -d 'List pods'
complete -c podctl -n __fish_use_subcommand -a list-instances -d 'List instances of pods'
complete -c podctl -n __fish_use_subcommand -a endpoints -d 'List where instances of pods are reached'
complete -c podctl -n __fish_use_subcommand -a deployments -d 'List changes of pods that are under way'
complete -c podctl -n __fish_use_subcommand -a status -d 'Show the state of pods, their containers and last log lines'
complete -c podctl -n __fish_use_subcommand -a show -d 'Show properties of pods, instances, containers or podd'
complete -c podctl -n __fish_use_subcommand -a top -d 'Show what pods and their containers use, again and again'
complete -c podctl -n __fish_use_subcommand -a start -d 'Start pods'
complete -c podctl -n __fish_use_subcommand -a stop -d 'Stop pods and keep them stopped'
complete -c podctl -n __fish_use_subcommand -a restart -d 'Replace all instances of pods by new ones'
complete -c podctl -n __fish_use_subcommand -a scale -d 'Change how many instances of a pod run'
complete -c podctl -n __fish_use_subcommand -a suspend -d 'Scale pods to no instance'
complete -c podctl -n __fish_use_subcommand -a resume -d 'Scale suspended pods to what they were'
complete -c podctl -n __fish_use_subcommand -a cancel -d 'Take deployments back'
complete -c podctl -n __fish_use_subcommand -a kill -d 'Send a signal to processes of containers'
complete -c podctl -n __fish_use_subcommand -a freeze -d 'Suspend all processes of containers'
complete -c podctl -n __fish_use_subcommand -a thaw -d 'Let frozen containers go on'
complete -c podctl -n __fish_use_subcommand -a reset-failed -d 'Forget failures of pods, and try again at once'
complete -c podctl -n __fish_use_subcommand -a wait -d 'Wait until pods are in a state'
complete -c podctl -n __fish_use_subcommand -a apply -d 'Create or change pods from definitions'
complete -c podctl -n __fish_use_subcommand -a verify -d 'Check definitions without applying them'
complete -c podctl -n __fish_use_subcommand -a plan -d 'Show what a launch would do, and do nothing'
complete -c podctl -n __fish_use_subcommand -a delete -d 'Stop pods and forget them'
complete -c podctl -n __fish_use_subcommand -a cat -d 'Show the definition of a pod'
complete -c podctl -n __fish_use_subcommand -a history -d 'List the versions of a definition and what changed'
complete -c podctl -n __fish_use_subcommand -a diff -d 'Show what is different between two definitions'
complete -c podctl -n __fish_use_subcommand -a rollback -d 'Change a pod back to an earlier version'
complete -c podctl -n __fish_use_subcommand -a purge -d 'Forget the history of deleted pods'
complete -c podctl -n __fish_use_subcommand -a logs -d 'Show the output of containers'
complete -c podctl -n __fish_use_subcommand -a events -d 'Show what happens to pods, as it happens or from the journal'
complete -c podctl -n __fish_use_subcommand -a isolators -d 'List what podd isolates containers with'
complete -c podctl -n __fish_use_subcommand -a reload -d 'Let podd apply the pods that are declared in pods.d'
complete -c podctl -n __fish_use_subcommand -a attend -d 'Start a pod, stay while it runs, stop it at the end'

set -l pod_verbs attend endpoints events list list-instances top start stop scale suspend resume restart reset-failed wait delete cat history diff rollback status show logs \
    kill freeze thaw
complete -c podctl -n "__fish_seen_subcommand_from $pod_verbs" -a '(__podctl_pods)'
complete -c podctl -n '__fish_seen_subcommand_from status show logs kill freeze thaw' -a '(__podctl_instances)'
complete -c podctl -n '__fish_seen_subcommand_from diff rollback cat' -a '(__podctl_versions)'
complete -c podctl -n '__fish_seen_subcommand_from apply verify plan diff' -F
complete -c podctl -n '__fish_seen_subcommand_from cancel' -a '(__podctl_deployments)'

complete -c podctl -s h -l help -d 'Show this help'
complete -c podctl -l version -d 'Show the version of podctl; of cat: the version to show'
complete -c podctl -s H -l host -x -a '(__fish_print_hostnames)' -d 'Operate on a remote host, over ssh'
complete -c podctl -s M -l machine -x -d 'Operate on a local container of machined'
complete -c podctl -s q -l quiet -d 'Print no results, only errors'
complete -c podctl -l no-pager -d 'Do not pipe output into a pager'
complete -c podctl -l no-legend -d 'Do not print table headers and footers'
complete -c podctl -l no-ask-password -d 'Do not ask for a password to authenticate'
complete -c podctl -l json -x -a 'short pretty off' -d 'Print JSON: short, pretty or off'
complete -c podctl -l no-block -d 'Do not wait until the work is done'
complete -c podctl -l wait -d 'Wait until the work is done (the default)'
complete -c podctl -l strict -d 'Treat unknown fields of a definition as errors'
complete -c podctl -l dry-run -d 'Tell what apply would change, and change nothing'
complete -c podctl -l if-version -x -a 'none (__podctl_versions)' -d 'Change the pod only if this is its version; or none'
complete -c podctl -l force -d 'Replace a deployment that is under way'
complete -c podctl -l rollback-on-failure -x -d 'Take the change back by itself after N failures'
complete -c podctl -l target -d 'Show the definition that the pod is being changed to'
complete -c podctl -s p -l property -x -d 'Show only this property; may be given several times'
complete -c podctl -l value -d 'Show values of properties without NAME='
complete -c podctl -s n -l lines -x -a all -d 'Number of log lines to show, or all'
complete -c podctl -s f -l follow -d 'Go on printing new log lines'
complete -c podctl -s o -l output -x -a 'short cat' -d 'Form of log lines: short or cat'
complete -c podctl -s S -l since -x -a 'today yesterday' -d 'Show log lines from this time on'
complete -c podctl -s D -l directory -x -a '(__fish_complete_directories)' -d 'Read the journal in this directory'
complete -c podctl -s s -l signal -x -a '(string split " " (kill -l))' -d 'Signal to send, by name or number'
complete -c podctl -l kill-whom -x -a 'main all' -d 'Processes to send it to: main or all'
complete -c podctl -l for -x -a 'stable stopped' -d 'State to wait for: stable or stopped'
complete -c podctl -l timeout -x -d 'Give up waiting after this time'
