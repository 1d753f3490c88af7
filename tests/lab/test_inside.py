# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a container sees: its processes, its namespaces, its environment, its descriptors, its user."""

import pytest
from pods import container, pod, scaled

HOLD = "; exec sleep infinity"


def facts(pods, of, name):
    """What the container NAME of an instance, or of a pod's only one, has printed as KEY=VALUE up to the line `end`."""
    (instance,) = pods.instances(of) if of in pods.ids() else (of,)
    lines = pods.wait_line(instance, "end", name)
    return dict(line.split("=", 1) for line in lines if "=" in line)


def tells(name, *what, **fields):
    """A container that prints WHAT (shell: KEY=... in double quotes) and stays."""
    return container(name, "; ".join(f'echo "{each}"' for each in (*what, "end")) + HOLD, **fields)


def test_a_container_sees_its_own_processes_only(machine, pods):
    namespace = "ns=$(readlink /proc/self/ns/pid)"
    looks = tells("a", "pid=$$", "all=$(ps -e -o pid= | wc -l)", "first=$(ps -o comm= -p 1)", namespace)
    pods.apply(pod("/inside", looks, tells("b", namespace)))
    seen = facts(pods, "/inside", "a")
    assert seen["pid"] == "1" and seen["first"] == "sh"
    # The shell, the shell of $(…), ps and wc.
    assert int(seen["all"]) <= 4
    namespaces = {seen["ns"], facts(pods, "/inside", "b")["ns"], machine.run("readlink /proc/1/ns/pid").stdout.strip()}
    assert len(namespaces) == 3


def test_containers_of_an_instance_share_ipc_and_hostname_and_nobody_else_does(machine, pods):
    names = ("ipc=$(readlink /proc/self/ns/ipc)", "uts=$(readlink /proc/self/ns/uts)", "host=$(hostname)")
    pods.apply(scaled(pod("/lab/inside", tells("a", *names), tells("b", *names)), 2))
    instances = pods.instances("/lab/inside")
    seen = {(instance, name): facts(pods, instance, name) for instance in instances for name in "ab"}
    for kind in ("ipc", "uts"):
        own = machine.run(f"readlink /proc/1/ns/{kind}").stdout.strip()
        by_instance = [{seen[instance, name][kind] for name in "ab"} for instance in instances]
        assert all(len(kinds) == 1 for kinds in by_instance)
        assert len(set.union(*by_instance, {own})) == 3
    assert {each["host"] for each in seen.values()} == {"lab-inside"}
    assert machine.run("hostname").stdout.strip() == machine.name


def test_shared_memory_and_queues_are_shared_within_the_instance_only(machine, pods):
    makes = "ipcmk --queue >/dev/null; echo from a >/dev/shm/note; chmod 644 /dev/shm/note; touch ready/yes; echo end"
    sees = "until [ -e ready/yes ]; do sleep 0.05; done; echo note=$(cat /dev/shm/note); " \
           "echo queues=$(ipcs -q | grep -c ^0x); echo end"
    ready = [{"name": "ready", "mountPath": "ready"}]
    pods.apply(pod("/sharing", container("a", makes + HOLD, volumeMounts=ready),
                   container("b", sees + HOLD, volumeMounts=ready), volumes=[{"name": "ready"}]))
    pods.apply(pod("/stranger", tells("c", "queues=$(ipcs -q | grep -c ^0x)", "files=$(ls /dev/shm | wc -l)")))
    assert facts(pods, "/sharing", "b") == {"note": "from a", "queues": "1"}
    assert facts(pods, "/stranger", "c") == {"queues": "0", "files": "0"}
    assert machine.run("ls /dev/shm").stdout == "" and machine.run("ipcs -q | grep -c ^0x || true").stdout == "0\n"


def test_the_injected_variables_are_there_and_cannot_be_overridden(machine, pods):
    own = {"MESOS_SANDBOX": "/stolen", "MARATHON_APP_ID": "/liar", "HOST": "elsewhere", "MINE": "pod", "BOTH": "pod"}
    definition = pod("/env", container("only", "env; echo end" + HOLD, environment={"BOTH": "container", "EMPTY": ""},
                                       resources={"cpus": 0.5, "mem": 48}),
                     environment=own, labels={"tier": "front", "a-b.c": "odd"})
    pods.apply(definition)
    (instance,) = pods.status("/env")["Instances"]
    seen = facts(pods, "/env", "only")
    expected = {
        "HOST": machine.name, "MARATHON_APP_ID": "/env", "MARATHON_APP_VERSION": instance["Version"],
        "MARATHON_CONTAINER_ID": "only", "MARATHON_APP_ENFORCE_GROUP_ROLE": "FALSE",
        "MARATHON_CONTAINER_RESOURCE_CPUS": "0.5", "MARATHON_CONTAINER_RESOURCE_MEM": "48.0",
        "MARATHON_CONTAINER_RESOURCE_DISK": "0.0", "MARATHON_CONTAINER_RESOURCE_GPUS": "0",
        "MARATHON_APP_LABELS": "A_B_C TIER", "MARATHON_APP_LABEL_TIER": "front", "MARATHON_APP_LABEL_A_B_C": "odd",
        "MESOS_ALLOCATION_ROLE": "*", "MINE": "pod", "BOTH": "container", "EMPTY": "",
    }
    assert {name: seen.get(name) for name in expected} == expected
    assert seen["PWD"] == seen["MESOS_SANDBOX"] and seen["MESOS_SANDBOX"].endswith("/only")
    assert instance["Name"] in seen["MESOS_TASK_ID"] and instance["Name"] in seen["MESOS_EXECUTOR_ID"]
    assert "NOTIFY_SOCKET" not in seen and "LISTEN_FDS" not in seen, "nothing of the executor shines through"


@pytest.mark.parametrize("user", ["nobody", "65534", "root"])
def test_a_container_runs_as_its_user(machine, pods, user):
    what = ("uid=$(id -u)", "groups=$(id -G)", "owner=$(stat -c %U .)", "write=$(touch file && echo yes)",
            "volume=$(stat -c %U data)", "into=$(touch data/file && echo yes)")
    pods.apply(pod("/who", tells("only", *what, volumeMounts=[{"name": "data", "mountPath": "data"}]), user=user,
                   volumes=[{"name": "data"}]))
    seen = facts(pods, "/who", "only")
    name, uid = ("root", "0") if user == "root" else ("nobody", "65534")
    assert seen == {"uid": uid, "groups": uid, "owner": name, "write": "yes", "volume": name, "into": "yes"}


def test_a_containers_user_wins_over_the_pods(machine, pods):
    asks = "name=$(id -un)"
    pods.apply(pod("/who", tells("own", asks, user="alice"), tells("pods", asks), user="nobody"))
    assert facts(pods, "/who", "own")["name"] == "alice"
    assert facts(pods, "/who", "pods")["name"] == "nobody"


@pytest.mark.parametrize("user", ["root", "nobody"])
def test_descriptors_are_0_1_2_and_usable(machine, pods, user):
    script = "echo by=name >/dev/stdout; echo error=name >/dev/stderr; cat; echo end"
    pods.apply(pod("/fds", container("writes", script + HOLD, user=user),
                   container("plain", ["sleep", "infinity"], user=user)))
    pid = pods.pids("/fds")["plain"]
    shown = machine.run(f"cd /proc/{pid}/fd; for fd in *; do echo $fd $(readlink $fd); done").stdout
    kinds = [line.split(":")[0] for line in shown.splitlines()]
    assert kinds == ["0 /dev/null", "1 pipe", "2 pipe"]
    assert facts(pods, "/fds", "writes")["by"] == "name"
    (instance,) = pods.instances("/fds")
    pods.wait_line(instance, "error=name", "writes")


def test_a_container_cannot_gain_privileges_that_its_user_lacks(machine, pods):
    pods.apply(pod("/caps", tells("plain", "effective=$(sed -n 's/^CapEff:.//p' /proc/self/status)",
                                  "nnp=$(sed -n 's/^NoNewPrivs:.//p' /proc/self/status)", user="nobody"),
                   tells("root", "boot=$(sed -n 's/^CapBnd:.//p' /proc/self/status)")))
    seen = facts(pods, "/caps", "plain")
    assert int(seen["effective"], 16) == 0 and seen["nnp"] == "1"
    assert int(facts(pods, "/caps", "root")["boot"], 16) & (1 << 22) == 0, "CAP_SYS_BOOT"
