# SPDX-License-Identifier: LGPL-2.1-or-later
"""How pods end: by podctl, by systemctl, politely, after their grace, or frozen."""

import time

import pytest
from pods import DEAF, FOREVER, POLITE, alive, container, pod, units

GRACE = {"killGracePeriodSeconds": 1}
LONG_GRACE = {"killGracePeriodSeconds": 60}


def settled_stop(machine, pods, pod_id):
    """After a stop by systemctl: podd agrees, keeps to it over its own restart, and start undoes it."""
    pods.wait_state(pod_id, "stopped")
    for _ in range(2):
        shown = pods.show(pod_id)
        assert (shown["State"], shown["Goal"], shown["Failures"]) == ("stopped", "down", 0)
        assert shown["Message"].startswith("stopped by an administrator through systemd")
        assert shown["Instances"] == []
        machine.run("systemctl", "restart", "podd.service")
    assert "stopped by an administrator" in machine.podctl("status", pod_id, check=False).stdout
    machine.podctl("start", pod_id)
    assert pods.show(pod_id)["State"] == "stable" and pods.show(pod_id)["Message"] == ""


@pytest.mark.parametrize("which", ["instance", "pod"])
def test_systemctl_stop_of_a_slice_is_graceful_and_podd_agrees(machine, pods, which):
    pods.apply(pod("/polite", container("one", POLITE), container("two", POLITE)))
    (instance,) = pods.status("/polite")["Instances"]
    pids = pods.pids("/polite")
    machine.run("systemctl", "stop", {"instance": instance["Unit"], "pod": "pod-polite.slice"}[which])
    assert not any(alive(machine, pid) for pid in pids.values())
    for name in pids:
        pods.wait_line(instance["Name"], "leaving politely", name)
    settled_stop(machine, pods, "/polite")


def test_systemctl_stop_of_the_executors_scope_is_a_stop_too(machine, pods):
    pods.apply(pod("/polite", container("one", POLITE)))
    (instance,) = pods.status("/polite")["Instances"]
    machine.run("systemctl", "stop", instance["ExecutorUnit"])
    pods.wait_line(instance["Name"], "leaving politely")
    settled_stop(machine, pods, "/polite")


def test_podctl_stop_is_graceful(machine, pods):
    pods.apply(pod("/polite", container("one", POLITE), container("two", POLITE)))
    (name,) = pods.instances("/polite")
    machine.podctl("stop", "/polite")
    for each in ("one", "two"):
        pods.wait_line(name, "leaving politely", each)
    shown = pods.show("/polite")
    assert (shown["State"], shown["Goal"], shown["Message"]) == ("stopped", "down", "stopped by podctl stop")
    machine.run("systemctl", "restart", "podd.service")
    assert pods.show("/polite")["State"] == "stopped"
    assert units(machine, "pod-polite*") == {}
    machine.podctl("start", "/polite")
    assert pods.show("/polite")["State"] == "stable"


def stop_time(machine, pod_id):
    start = time.monotonic()
    machine.podctl("stop", pod_id)
    return time.monotonic() - start


def test_a_container_that_ignores_sigterm_is_killed_after_its_grace(machine, pods):
    pods.apply(pod("/deaf", container("deaf", DEAF, lifecycle=GRACE)))
    pods.wait_line("/deaf", "deaf")
    pids = pods.pids("/deaf")
    assert 1 <= stop_time(machine, "/deaf") < 30
    assert not any(alive(machine, pid) for pid in pids.values())


def test_a_grace_of_0_seconds_is_none(machine, pods):
    pods.apply(pod("/graceless", container("deaf", DEAF, lifecycle={"killGracePeriodSeconds": 0})))
    pods.wait_line("/graceless", "deaf")
    (instance,) = pods.status("/graceless")["Instances"]
    machine.run("systemctl", "stop", instance["Unit"], timeout=30)
    pods.wait_state("/graceless", "stopped")
    machine.podctl("start", "/graceless")
    assert stop_time(machine, "/graceless") < 30


def test_a_container_without_a_handler_does_not_wait_for_its_grace(machine, pods):
    # PID 1 of a PID namespace is deaf to signals that it does not handle; nobody has to wait for that.
    pods.apply(pod("/default", container("plain", FOREVER, lifecycle=LONG_GRACE)))
    assert stop_time(machine, "/default") < 30


def test_the_grace_is_each_containers_own(machine, pods):
    polite = container("polite", POLITE, lifecycle=LONG_GRACE)
    pods.apply(pod("/mixed", container("deaf", DEAF, lifecycle=GRACE), polite))
    pods.wait_line("/mixed", "deaf", "deaf")
    assert 1 <= stop_time(machine, "/mixed") < 30
    pods.wait_line("/mixed", "leaving politely", "polite")


def test_the_grace_holds_when_a_sibling_fails(machine, pods):
    busy = "trap 'sleep 4.5; echo saved; exit 0' TERM; echo up; while :; do sleep 0.1; done"
    fails = "until [ -e /srv/fail-now ]; do sleep 0.1; done; exit 3"
    pods.apply(pod("/siblings", container("busy", busy, lifecycle=LONG_GRACE), container("fails", fails)))
    pods.wait_line("/siblings", "up", "busy")
    machine.run("touch /srv/fail-now")
    pods.wait_line("/siblings", "saved", "busy")
    machine.podctl("delete", "/siblings")
    machine.run("rm /srv/fail-now")


@pytest.mark.parametrize("which", ["pod", "instance", "container"])
@pytest.mark.parametrize("verb", ["stop", "delete"])
def test_a_frozen_pod_can_be_ended(machine, pods, which, verb):
    pods.apply(pod("/frozen", container("one", POLITE), container("two", FOREVER)))
    (instance,) = pods.status("/frozen")["Instances"]
    pids = pods.pids("/frozen")
    unit = instance["Unit"]
    frozen = {"pod": "pod-frozen.slice", "instance": unit, "container": unit.replace(".slice", "-one.scope")}
    machine.run("systemctl", "freeze", frozen[which])
    machine.podctl(verb, "/frozen")
    assert not any(alive(machine, pid) for pid in pids.values())
    pods.wait_line(instance["Name"], "leaving politely", "one")
    if verb == "stop":
        machine.podctl("start", "/frozen")
        assert pods.show("/frozen")["State"] == "stable", "the new instance is not frozen"


def test_podctl_restart_replaces_the_instances(machine, pods):
    pods.apply(pod("/again", container("only", POLITE)))
    (before,) = pods.instances("/again")
    version = pods.show("/again")["Version"]
    machine.podctl("restart", "/again")
    pods.wait_line(before, "leaving politely")
    (after,) = pods.instances("/again")
    assert int(after.rsplit(".", 1)[1]) > int(before.rsplit(".", 1)[1])
    assert pods.show("/again")["Version"] == version
