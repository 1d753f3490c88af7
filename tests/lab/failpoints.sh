# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash
# One case of test_failpoints.py, in the machine: provoke SCENARIO with POINT armed for ACTION, then replace podd and see
# whether all is as it should be, and nothing is left after a deletion.
#
#   sh failpoints.sh SCENARIO POINT ACTION
#
# Prints what is wrong and fails, or "struck" when all is well, or "missed" when the point was not reached.
set -u
scenario=$1 point=$2 action=$3
armed=/run/podd/failpoints/failpoint:$point
here=/run/failpoints

# The network of the pod.
case $scenario in
    network | leave) network='{"mode": "container"}' ports='"hostPort": 0, "containerPort": 80' ;;
    cni | uncni) network='{"mode": "container", "name": "fp"}' ports='"hostPort": 0, "containerPort": 80' ;;
    *) network='{"mode": "host"}' ports='"hostPort": 0' ;;
esac
if [ "${scenario%cni}" != "$scenario" ]; then
mkdir -p /etc/cni/net.d
cat >/etc/cni/net.d/fp.conflist <<END
{"cniVersion": "1.0.0", "name": "fp", "plugins": [{"type": "bridge", "bridge": "fp0",
 "ipam": {"type": "host-local", "dataDir": "/run/fp-cni", "ranges": [[{"subnet": "10.8.0.0/24"}]]}}]}
END
fi

# definition COMMAND INSTANCES
definition() {
    cat <<END
{"id": "/fp", "networks": [$network], "scaling": {"kind": "fixed", "instances": $2},
 "scheduling": {"backoff": {"backoff": 0.05, "backoffFactor": 1}},
 "containers": [
   {"name": "a", "exec": {"command": {"argv": ["$1", "7654321"]}}, "resources": {"cpus": 0.1, "mem": 32},
    "endpoints": [{"name": "e", $ports}]},
   {"name": "b", "exec": {"command": {"argv": ["sleep", "7654321"]}}, "resources": {"cpus": 0.1, "mem": 32}}]}
END
}

apply() { definition "$@" | podctl apply - --timeout=20 >/dev/null; }
pid_of() { systemctl show -P MainPID "$1"; }
kill_podd() {
    pid=$(pid_of podd.service)
    [ "$pid" -ne 0 ] || return 0  # it is dead already
    kill -KILL "$pid"
    while kill -0 "$pid" 2>/dev/null; do :; done  # or it is asked while it dies
}
payload() { pgrep -f '^/?[a-z/]*sleep 7654321' | sort | tr '\n' ' '; }

# What there should be beforehand, what is done, and what makes up for it if that has failed; how many instances then.
given() {
    case $scenario in
        network | cni) systemctl stop podd-network.service ;;  # so that the bridge is made
        launch | broken) ;;
        update | shrink | recover) apply sleep 2 ;;
        stop | leave | uncni | delete | cancel | failure | term | scale) apply sleep 1 ;;
        trim) apply sleep 1 && apply /bin/sleep 1 ;;
        start | purge) apply sleep 1 && podctl stop /fp >/dev/null ;;
    esac
    case $scenario in
        purge) podctl delete /fp >/dev/null ;;
        cancel) definition /no/such/program 1 | podctl apply - --no-block >/dev/null ;;
    esac
}

act() {
    case $scenario in
        launch | network | cni | start | trim) apply sleep 1 && podctl start /fp >/dev/null ;;
        update) apply /bin/sleep 2 ;;
        shrink) podctl scale --force /fp 1 >/dev/null ;;
        scale) podctl scale --force /fp 2 >/dev/null ;;
        stop | leave | uncni) podctl stop /fp >/dev/null ;;
        delete) podctl delete --force /fp >/dev/null ;;
        purge) podctl purge /fp >/dev/null ;;
        recover) kill_podd ;;
        cancel) podctl cancel "$(podctl show /fp -p Deployment --value | grep -o "[0-9]*$")" >/dev/null ;;
        broken) definition /no/such/program 1 | podctl apply - --no-block >/dev/null ;;
        term) kill -TERM "$(podctl show "$(instances)" -p ExecutorPID --value)" ;;
        failure) kill -KILL "$(podctl show "$(instances)" -p ExecutorPID --value)" ;;
    esac
}

again() {
    case $scenario in
        delete) ! podctl list --json=short | grep -q '"/fp"' || act ;;
        purge) act || ! podctl history /fp >/dev/null 2>&1 ;;
        cancel | broken) definition sleep 1 | podctl apply - --force --timeout=20 >/dev/null ;;
        recover | failure | term) ;;
        *) act ;;
    esac
}

wanted() {
    case $scenario in
        stop | leave | uncni | delete | purge) echo 0 ;;
        update | scale | recover) echo 2 ;;
        *) echo 1 ;;
    esac
}

instances() { podctl status /fp --json=short | grep -o '"Name":"/fp\.[0-9]*"' | cut -d'"' -f4; }
running() { podctl status /fp --json=short 2>/dev/null | grep -o '"State":"running"' | wc -l; }

# facts: how many there are of everything that an instance has, asked of systemd and the kernel.
facts() {
    printf 'units %s, cgroups %s, payload %s, records %s, leases %s, sandboxes %s, in the spawner %s, links %s, addresses %s, attached %s, granted %s\n' \
        "$(systemctl list-units --all --plain --no-legend 'pod-fp*' | wc -l)" \
        "$(find /sys/fs/cgroup -type d -name 'pod-fp*' | wc -l)" "$(payload | wc -w)" \
        "$(find /run/podd/instances -mindepth 1 -maxdepth 1 | wc -l)" \
        "$(find /run/podd/leases -mindepth 1 | wc -l)" \
        "$(find /var/lib/podd/sandboxes -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" \
        "$(wc -l <"$(find /sys/fs/cgroup -type d -name podd-spawner.service)/cgroup.procs")" \
        "$(find /sys/class/net -name 'podd-*' | wc -l)" "$(find /run/podd/addresses -mindepth 1 | wc -l)" \
        "$(find /run/podd/network/instances -type f 2>/dev/null | wc -l)" \
        "$(find /run/fp-cni -name '10.*' 2>/dev/null | wc -l)"
}

# expected N: the facts of N instances of two containers: a slice, the executor's scope and two more for each, and the
# slice of the pod; beside the spawner one executor stands by.
expected() {
    units=$((4 * $1 + ($1 > 0)))
    bridged=0 attached=0 granted=0
    case $scenario in
        network | leave) bridged=$1 attached=$1 ;;
        cni | uncni) attached=$1 granted=$1 ;;
    esac
    echo "units $units, cgroups $units, payload $((2 * $1)), records $1, leases $1, sandboxes $1, in the spawner 2," \
        "links $bridged, addresses $bridged, attached $attached, granted $granted"
}

# until_equal N: waits for them.
until_equal() {
    tries=0
    while found=$(facts) && [ "$found" != "$(expected "$1")" ]; do
        tries=$((tries + 1))
        if [ "$tries" -gt 160 ]; then
            echo "$2: there is: $found"
            echo "$2: expected: $(expected "$1")"
            cat "$here/act" "$here/again"
            podctl status /fp 2>&1
            exit 1
        fi
        sleep 0.05
    done
}

# wait_struck: until the point was reached, which may come after the grace of the containers (3 s).
wait_struck() {
    tries=0
    while [ -e "$armed" ] && [ "$tries" -lt 500 ]; do
        tries=$((tries + 1))
        sleep 0.03
    done
}

given 2>"$here/given" || { cat "$here/given"; exit 1; }
before=$(payload)
: >"$here/again"
echo "$action" >"$armed"
act >"$here/act" 2>&1
acted=$?
wait_struck
if [ -e "$armed" ]; then
    rm "$armed"
    verdict=missed
else
    verdict=struck
fi
kill_podd 2>/dev/null
if [ "$acted" -ne 0 ] || [ "$scenario" = cancel ] || [ "$scenario" = broken ]; then
    again >"$here/again" 2>&1  # it may tell of an attempt that has failed; what counts is the outcome
fi
case $(wanted) in
    0) ;;
    *) podctl wait /fp --for=stable --timeout=20 || exit 1 ;;
esac
until_equal "$(wanted)" "$scenario"
if [ "$scenario" = recover ] && [ "${point#executor.}" = "$point" ] && [ "$(payload)" != "$before" ]; then
    echo "recover: other processes: $(payload), before: $before"
    exit 1
fi
if podctl list --json=short | grep -q '"/fp"'; then
    podctl delete --force /fp >/dev/null || exit 1
fi
until_equal 0 "after the deletion"
[ "$scenario" = purge ] || podctl purge /fp >/dev/null || exit 1
case $scenario in
    network | leave) systemctl stop podd-network.service ;;
    cni | uncni)
        systemctl stop podd-network.service
        rm -r /etc/cni /run/fp-cni
        ip link delete fp0
        ;;
esac
echo $verdict
