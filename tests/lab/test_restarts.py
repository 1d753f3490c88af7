# SPDX-License-Identifier: LGPL-2.1-or-later
"""podd, the spawner and systemd itself may be killed, stopped or restarted: pods do not notice, and the truth comes
back. An executor may not: its instance ends with it."""

import pytest
from pods import FOREVER, UNTIL_USR1, alive, container, main_pid, pod, restarted, units

PAIR = pod("/steady", container("one", UNTIL_USR1), container("two", UNTIL_USR1))


@pytest.fixture
def steady(pods):
    """PIDs of the containers of a running pod."""
    pods.apply(PAIR)
    return pods.pids("/steady")


CONSUMED = ("CPU", "Memory", "IO", "OOM", "Tasks")


def truth(pods, pod_id="/steady"):
    """What must be the same before and after: all but consumption."""
    shown = pods.status(pod_id)
    for each in (shown, *shown["Instances"], *(c for i in shown["Instances"] for c in i["Containers"])):
        for name in [*each]:
            if name in ("StateTimestamp", "LaunchTimestamp", "DiskUsage") or name.startswith(CONSUMED):
                del each[name]
    return shown


def kill(machine, pid, signal="KILL"):
    machine.run("kill", f"-{signal}", str(pid))


def kill_podd_and_keep_it_away(machine):
    pid = main_pid(machine, "podd.service")
    machine.run(f"kill -KILL {pid}; systemctl stop podd.service")
    assert not alive(machine, pid)


def gone(machine, pid):
    machine.wait_for(lambda: not alive(machine, pid), f"process {pid} to be gone")


def test_killed_podd_finds_everything_as_it_was(machine, pods, steady):
    before, pid = truth(pods), main_pid(machine, "podd.service")
    kill(machine, pid)
    restarted(machine, "podd.service", pid)
    assert pods.pids("/steady") == steady
    assert truth(pods) == before
    machine.podctl("stop", "/steady")
    assert not any(alive(machine, each) for each in steady.values())


def test_an_exit_0_while_podd_was_away_is_known_afterwards(machine, pods, steady):
    kill_podd_and_keep_it_away(machine)
    kill(machine, steady["one"], "USR1")
    gone(machine, steady["one"])
    assert alive(machine, steady["two"])
    machine.run("systemctl", "start", "podd.service")
    containers = pods.containers("/steady")
    assert containers["one"]["State"] == "finished" and containers["one"]["ExitCode"] == 0
    assert containers["two"]["State"] == "running" and containers["two"]["PID"] == steady["two"]
    assert pods.show("/steady")["State"] == "stable"


def test_a_failure_while_podd_was_away_is_known_afterwards(machine, pods, steady):
    (instance,) = pods.instances("/steady")
    kill_podd_and_keep_it_away(machine)
    kill(machine, steady["one"])
    for pid in steady.values():
        gone(machine, pid)
    machine.run("systemctl", "start", "podd.service")
    shown = pods.wait_property("/steady", lambda now: now["Failures"] == 1, "the failure to be counted")
    assert shown["LastFailure"] == f"instance '{instance}': container 'one': signal KILL"
    assert shown["BackoffUSec"] == 1_000_000
    pods.wait_state("/steady", "stable")
    assert pods.instances("/steady") != [instance]


def test_podd_killed_in_the_middle_of_a_redeployment_still_tells_both_versions(machine, pods, steady):
    first = pods.show("/steady")["Version"]
    assert pods.apply(pod("/steady", container("one", ["/no/such/program"])), check=False).status == 1
    target = pods.show("/steady")["TargetVersion"]
    assert target > first
    pid = main_pid(machine, "podd.service")
    kill(machine, pid)
    restarted(machine, "podd.service", pid)
    shown = pods.show("/steady")
    assert (shown["Version"], shown["TargetVersion"]) == (first, target)
    rows = machine.podctl("history", "/steady", "--json=short").json()
    assert [row["state"] for row in rows if row["version"] >= first] == ["deployed", "target"]
    assert len(machine.podctl("cat", "/steady", "--json=short").json()["containers"]) == 2
    machine.podctl("rollback", "--force", "/steady", first)
    pods.wait_state("/steady", "stable")
    shown = pods.show("/steady")
    assert shown["Version"] == shown["TargetVersion"] > target


def test_definitions_applied_before_the_kill_are_not_lost(machine, pods, steady):
    pods.apply(pod("/late", container("only")), "--no-block")
    pid = main_pid(machine, "podd.service")
    kill(machine, pid)
    restarted(machine, "podd.service", pid)
    pods.wait_state("/late", "stable")
    assert pods.ids() == ["/late", "/steady"]
    assert pods.pids("/steady") == steady


def test_systemctl_restart_of_podd_touches_no_pod(machine, pods, steady):
    before = truth(pods)
    machine.run("systemctl", "restart", "podd.service")
    assert truth(pods) == before
    assert pods.pids("/steady") == steady


@pytest.mark.parametrize("how", ["daemon-reload", "daemon-reexec"])
def test_systemd_reloads_with_running_pods(machine, pods, steady, how):
    before, loaded = truth(pods), units(machine, "pod-steady*")
    machine.run("systemctl", how)
    assert units(machine, "pod-steady*") == loaded
    assert truth(pods) == before
    # podd still hears of the units, and new ones can be made.
    pods.apply(pod("/after", container("only")))
    machine.podctl("delete", "/after", "/steady")
    assert not any(alive(machine, each) for each in steady.values())
    assert units(machine, "pod-steady*", "pod-after*") == {}


def test_killed_spawner_touches_no_pod_and_the_next_launch_works(machine, pods, steady):
    pid = main_pid(machine, "podd-spawner.service")
    kill(machine, pid)
    gone(machine, pid)
    pods.apply(pod("/next", container("only")))
    assert pods.pids("/steady") == steady
    restarted(machine, "podd-spawner.service", pid)
    # Those launched before have no spawner any more that knows them: they end as well as any.
    machine.podctl("delete", "/steady")
    assert not any(alive(machine, each) for each in steady.values())


def test_a_failure_after_the_spawner_was_replaced_is_seen(machine, pods, steady):
    pid = main_pid(machine, "podd-spawner.service")
    kill(machine, pid)
    restarted(machine, "podd-spawner.service", pid)
    kill(machine, steady["two"])
    shown = pods.wait_property("/steady", lambda now: now["Failures"] == 1, "the failure")
    assert "container 'two': signal KILL" in shown["LastFailure"]
    pods.wait_state("/steady", "stable")


def test_killed_executor_takes_its_instance_along_and_a_new_one_comes(machine, pods, steady):
    (name,) = pods.instances("/steady")
    instance = pods.show(name)
    kill(machine, instance["ExecutorPID"])
    shown = pods.wait_property("/steady", lambda now: now["Failures"] == 1, "the failure")
    assert shown["LastFailure"] == f"instance '{name}': the executor ended unexpectedly: signal KILL"
    assert shown["BackoffUSec"] == 1_000_000
    pods.wait_state("/steady", "stable")
    assert pods.instances("/steady") != [name]
    assert not any(alive(machine, each) for each in steady.values())
    stem = instance["Unit"].removesuffix(".slice")
    assert units(machine, f"{stem}.*", f"{stem}-*") == {}
    assert machine.run(f"ls -d /run/podd/instances/{stem[4:]} /var/lib/podd/sandboxes/{stem[4:]}",
                       check=False).stdout == ""


def test_executor_killed_while_podd_is_away(machine, pods, steady):
    (name,) = pods.instances("/steady")
    executor = pods.show(name)["ExecutorPID"]
    kill_podd_and_keep_it_away(machine)
    kill(machine, executor)
    for pid in steady.values():
        gone(machine, pid)
    machine.run("systemctl", "start", "podd.service")
    shown = pods.wait_property("/steady", lambda now: now["Failures"] == 1, "the failure")
    assert f"instance '{name}': the executor ended unexpectedly" in shown["LastFailure"]
    pods.wait_state("/steady", "stable")


def test_a_container_that_is_killed_ends_the_instance(machine, pods):
    pods.apply(pod("/fate", container("shared"), container("victim", FOREVER)))
    before = pods.pids("/fate")
    kill(machine, before["victim"])
    shown = pods.wait_property("/fate", lambda now: now["Failures"] == 1, "the failure")
    assert "container 'victim': signal KILL" in shown["LastFailure"]
    assert not alive(machine, before["shared"])
    pods.wait_state("/fate", "stable")
