# SPDX-License-Identifier: LGPL-2.1-or-later
"""Why a container ended, and that everybody who asks is told the same: podctl, the bus, the journal."""

from limits import AT_BEGIN, BEGIN, HELD, HOLD, LATER, MIB, cgroup_values, configured, gates, release, scope
from pods import alive, container, journal_entries, pod

FAILED = "7d4e2c3b0a5f4e0c9b1d6a8f3c527e91"
OOM_KILLED = "c1f06d9be8724a57a3fb2e9045d81c36"
DISK_LIMIT = "5b92e7a4f13c48d68e0d7c2ab96f4410"
HELD_LONG = {"killGracePeriodSeconds": 120}

# Both want 100 MiB: as files in memory of the first process, and as memory of the child of a shell that would go on.
HOGS = {
    "file": "exec dd if=/dev/zero of=/dev/shm/big bs=1M count=100",
    "child": "head -c 100M /dev/zero | tail; echo went on; sleep infinity",
}
CRASH = "exec perl -e 'unpack \"p\", pack \"Q\", 8'"


def with_sibling(pod_id, name, command, **resources):
    """The sibling's end waits at the gate, and with it the instance's."""
    sibling = container("sibling", HELD, lifecycle=HELD_LONG)
    failing = container(name, f"{AT_BEGIN}; {command}", resources={"cpus": 0.1, "mem": 64, **resources})
    return pod(pod_id, failing, sibling, scheduling=LATER)


def ended(pods, instance, name):
    return pods.wait_property(f"{instance}/{name}", lambda each: each["State"] == "failed", f"{name} to fail")


def settled(machine, pods, pod_id):
    """The properties of the pod when its only instance is gone."""
    return pods.wait_property(pod_id, lambda each: not each["Instances"], f"{pod_id} to have no instance")


def entry(machine, message_id, instance):
    (found,) = journal_entries(machine, f"MESSAGE_ID={message_id}", f"POD_INSTANCE={instance}")
    return found


def explained(machine, message_id, instance):
    machine.run("journalctl", "--update-catalog")  # as a package does
    return machine.run("journalctl", "-q", "-x", f"MESSAGE_ID={message_id}", f"POD_INSTANCE={instance}").stdout


def test_a_container_that_needs_more_than_its_memory_is_killed_with_all_of_it(machine, pods):
    cursor = machine.journal_cursor()
    instances, pids = {}, {}
    with gates(machine):
        for shape, command in HOGS.items():
            pods.apply(with_sibling(f"/{shape}", "hog", command))
            (instances[shape],) = pods.status(f"/{shape}")["Instances"]
            pids[shape] = pods.pids(f"/{shape}")
            limits = cgroup_values(machine, scope(instances[shape], "hog"), "memory.max", "memory.oom.group")
            assert limits == [str(64 * MIB), "1"]
        release(machine, BEGIN)
        for shape, instance in instances.items():
            hog = ended(pods, instance["Name"], "hog")
            assert (hog["Result"], hog["Message"], hog["PID"]) == ("oom-kill", "oom-kill at 64.0 MiB", 0)
            shown = machine.podctl("status", f"/{shape}", check=False).stdout
            (line,) = (line for line in shown.splitlines() if "hog: failed" in line)
            assert line.endswith("oom-kill at 64.0 MiB")
            assert not alive(machine, pids[shape]["hog"])
        release(machine, HOLD)
        for shape, instance in instances.items():
            name = instance["Name"]
            last = f"instance '{name}': container 'hog': oom-kill at 64.0 MiB"
            shown = settled(machine, pods, f"/{shape}")
            assert (shown["LastFailure"], shown["Failures"]) == (last, 1)
            assert not alive(machine, pids[shape]["sibling"]), "containers of an instance have one fate"
            written = entry(machine, OOM_KILLED, name)
            assert written["MESSAGE"] == f"pod '/{shape}': {last}"
            assert (written["CONTAINER_NAME"], written["CONTAINER_LIMIT"]) == ("hog", "64.0 MiB")
    assert "went on" not in machine.journal("--after-cursor", cursor)
    text = explained(machine, OOM_KILLED, instances["child"]["Name"])
    assert "A container of pod /child was killed at its memory limit" in text
    assert "needed more memory than it may have (64.0 MiB)" in text


ENDS = {
    "code": ("exit 3", "exit-code", "exit 3", (3, 0)),
    "core": (CRASH, "core-dump", "signal SEGV (core dumped)", (0, 11)),
    "signal": (f"ulimit -c 0; {CRASH}", "signal", "signal SEGV", (0, 11)),
}


def test_exit_status_signal_and_core_dump_are_told_apart(machine, pods):
    with gates(machine), configured(machine, "rlimits = CORE=infinity\n"):
        names = {}
        for end, (command, *_) in ENDS.items():
            pods.apply(with_sibling(f"/{end}", "failing", command))
            (names[end],) = pods.instances(f"/{end}")
        release(machine, BEGIN)
        for end, (_, result, message, status) in ENDS.items():
            failing = ended(pods, names[end], "failing")
            assert (failing["Result"], failing["Message"]) == (result, message)
            assert (failing["ExitCode"], failing["ExitSignal"]) == status
            assert f"{message}\n" in machine.podctl("status", f"/{end}", check=False).stdout
        release(machine, HOLD)
        for end, (_, _, message, status) in ENDS.items():
            last = f"instance '{names[end]}': container 'failing': {message}"
            assert settled(machine, pods, f"/{end}")["LastFailure"] == last
            written = entry(machine, FAILED, names[end])
            assert (written["MESSAGE"], written["CONTAINER_RESULT"]) == (f"pod '/{end}': {last}", message)
            assert (int(written["CONTAINER_EXIT_CODE"]), int(written["CONTAINER_EXIT_SIGNAL"])) == status
            (told,) = [each for each in pods.show(f"/{end}")["Terminations"] if each["Instance"] == names[end]]
            (failing,) = [each for each in told["Containers"] if each["Name"] == "failing"]
            assert (failing["State"], failing["Message"]) == ("failed", message)
            assert (failing["ExitCode"], failing["ExitSignal"]) == status
        pods.delete_all()
    text = explained(machine, FAILED, names["core"])
    assert "A container of pod /core has failed" in text and "not with exit status 0:" in text


def test_who_has_more_than_its_disk_is_ended_if_that_is_wanted(machine, pods):
    write = "head -c {}M /dev/zero >data; sleep infinity"
    with gates(machine), configured(machine, "disk-watch-interval = 1\nenforce-disk-quota = yes\n"):
        pods.apply(with_sibling("/greedy", "writer", write.format(20), disk=10))
        resources = {"cpus": 0.1, "mem": 64, "disk": 10}
        pods.apply(pod("/modest", container("writer", write.format(5), resources=resources)))
        (greedy,), (modest,) = pods.instances("/greedy"), pods.instances("/modest")
        pods.wait_property(f"{modest}/writer", lambda each: 5 * MIB <= (each["DiskUsage"] or 0) < 10 * MIB, "5 MiB")
        release(machine, BEGIN)
        writer = ended(pods, greedy, "writer")
        assert (writer["Result"], writer["Message"]) == ("disk-limit", "disk-limit at 10.0 MiB")
        release(machine, HOLD)
        assert settled(machine, pods, "/greedy")["LastFailure"].endswith("container 'writer': disk-limit at 10.0 MiB")
        assert entry(machine, DISK_LIMIT, greedy)["CONTAINER_LIMIT"] == "10.0 MiB"
        assert pods.show(f"{modest}/writer")["State"] == "running"
        pods.delete_all()
