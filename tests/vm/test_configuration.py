# SPDX-License-Identifier: LGPL-2.1-or-later
"""What podd.conf selects: pods that are only watched, and selections that cannot be."""

from limits import DROP_IN, cgroup, cgroup_values, configured, scope
from pods import alive, container, main_pid, pod

NO_RESTART = "/run/systemd/system/podd.service.d/no-restart.conf"
SHARED = ("pid", "uts", "ipc", "net", "cgroup", "user", "time")
# A child of the container's first process, and a daemon in a session of its own whose parent is gone.
DAEMONS = "sleep 1000001 & (setsid sleep 1000002 &); head -c 16M /dev/zero | tail -c 8M >kept; echo ready; wait"
LEFT = "pgrep -x sleep -a | grep -q 100000"


def namespaces(machine, pid, *kinds):
    return machine.run("readlink", *(f"/proc/{pid}/ns/{kind}" for kind in kinds)).stdout.split()


def test_posix_isolators_report_and_isolate_nothing(machine, pods):
    with configured(machine, "isolation = posix/cpu,posix/mem\n"):
        rows = [line.split() for line in machine.podctl("isolators").stdout.splitlines()]
        assert [row[0] for row in rows if row[1:2] == ["yes"]] == ["posix/cpu", "posix/mem"]
        pods.apply(pod("/posix", container("only", DAEMONS, resources={"cpus": 0.5, "mem": 8})))
        pods.wait_line("/posix", "ready")
        (instance,) = pods.status("/posix")["Instances"]
        unit, pid = scope(instance, "only"), pods.pids("/posix")["only"]
        assert namespaces(machine, pid, *SHARED) == namespaces(machine, 1, *SHARED)
        # What a container mounts is not mounted on the host (PrivateMounts= of podd-spawner.service).
        spawner = main_pid(machine, "podd-spawner.service")
        assert namespaces(machine, pid, "mnt") == namespaces(machine, spawner, "mnt")
        for each in (unit, instance["Unit"]):
            values = cgroup_values(machine, each, "memory.max", "cpu.max", "memory.low")
            assert values == ["max", "max 100000", "0"], each
        assert len(machine.read(f"{cgroup(machine, unit)}/cgroup.procs").split()) == 3
        shown = pods.show(f"{instance['Name']}/only")
        assert shown["MemoryCurrent"] > 0 and shown["MemoryPeak"] > 0 and shown["CPUUsageNSec"] > 0
        assert machine.run(LEFT, check=False).status == 0
        refused = pods.apply(pod("/limited", container("only", resourceLimits={"mem": 64})), check=False)
        assert refused.status != 0 and "needs the isolator cgroups/mem, which is not selected" in refused.stderr
        machine.podctl("delete", "/posix")
        assert machine.run(LEFT, check=False).status != 0
        assert not alive(machine, pid)


MISTAKES = {
    "unknown": ("isolation = cgroups/cpu cgroups/memm\n",
                "1: isolation: 'cgroups/memm': there is no such isolator, did you mean 'cgroups/mem'?"),
    "duplicate": ("# twice\nisolation = cgroups/cpu,cgroups/cpu\n", "2: isolation: 'cgroups/cpu': is there twice"),
    "conflict": ("isolation = posix/mem cgroups/mem\n",
                 "1: isolation: 'posix/mem': excludes 'cgroups/mem': only one of mem can be selected"),
    "dependency": ("cfs = yes\nisolation = namespaces/pid\n",
                   "2: isolation: 'namespaces/pid': needs filesystem/linux or filesystem/shared, which is not selected"),
    "impossible": ("cgroup-root = /srv\nisolation = cgroups/pids\n",
                   "2: isolation: 'cgroups/pids': the unified cgroup hierarchy has no pids controller"),
    "setting": ("capabilities = CAP_CHOWM\n",
                "1: capabilities: 'CAP_CHOWM': there is no such capability, did you mean 'CAP_CHOWN'?"),
    "misspelt": ("isolatoin = cgroups/cpu\n", "isolatoin"),
}


def test_podd_does_not_start_with_a_selection_that_cannot_be(machine, pods):
    pods.apply(pod("/runs", container("only")))
    (instance,) = pods.instances("/runs")
    # Stopped in the middle of the next start, systemd would leave what it had begun (/tmp/namespace-dev-…).
    machine.write(NO_RESTART, "[Service]\nRestart=no\n")
    machine.run("systemctl", "daemon-reload")
    try:
        for text, complaint in MISTAKES.values():
            cursor = machine.journal_cursor()
            machine.write(DROP_IN, text)
            assert machine.run("systemctl", "restart", "podd.service", check=False).status != 0
            logged = machine.journal("--unit=podd.service", "--after-cursor", cursor)
            place = f"{DROP_IN}:" if complaint[0].isdigit() else ""
            assert place + complaint in logged, logged
    finally:
        machine.run("rm", "-r", "/etc/podd", NO_RESTART)
        machine.run("systemctl", "daemon-reload")
        machine.run("systemctl", "restart", "podd.service")
    assert pods.instances("/runs") == [instance], "the pod has not noticed"
