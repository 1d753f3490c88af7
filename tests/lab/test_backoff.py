# SPDX-License-Identifier: LGPL-2.1-or-later
"""What fails is started again, later each time; what ends well may end alone."""

import pytest
from pods import container, journal_entries, pod, scaled

FIRST, FACTOR = 1_000_000, 1.15


def started_usec(machine, pod_id):
    """When each instance of the pod said its first word."""
    said = journal_entries(machine, f"POD_ID={pod_id}", "PODD_STREAM=stdout")
    return [int(entry["__REALTIME_TIMESTAMP"]) for entry in said]


def test_a_failing_pod_is_started_again_later_each_time(machine, pods):
    refused = pods.apply(pod("/grows", container("bad", "echo up; exit 7"), container("good")), "--json=short",
                         check=False)
    (applied,) = refused.json()
    assert (applied["outcome"], applied["version"] is None) == ("created", False)
    seen = {}

    def watch():
        shown = pods.show("/grows")
        seen[shown["Failures"]] = shown
        return shown["Failures"] >= 4

    machine.wait_for(watch, "four attempts", timeout=60)
    for failures, shown in seen.items():
        if failures == 0:
            continue
        assert shown["BackoffUSec"] == pytest.approx(FIRST * FACTOR ** (failures - 1), abs=10)
        assert "container 'bad': exit 7" in shown["LastFailure"]
        assert shown["State"] == "degraded" or shown["InstancesRunning"] == 1
    starts = started_usec(machine, "/grows")
    gaps = [after - before for before, after in zip(starts, starts[1:])]
    assert all(gap >= FIRST * FACTOR**i for i, gap in enumerate(gaps)), gaps


def test_status_tells_failures_and_the_next_attempt(machine, pods):
    pods.apply(pod("/tells", container("bad", "exit 7")), "--no-block")

    def waiting():
        text = machine.podctl("status", "/tells", check=False).stdout
        return text if "Next try: " in text else None

    text = machine.wait_for(waiting, "a status between two attempts")
    assert "(back-off 1" in text and "container 'bad': exit 7" in text
    assert "0 of 1 running" in text
    shown = pods.wait_property("/tells", lambda now: now["NextLaunchTimestamp"], "the time of the next attempt")
    assert shown["NextLaunchTimestamp"] > shown["StateTimestamp"]
    assert shown["Message"] == shown["LastFailure"]


def test_an_attempt_that_works_is_stable_and_remembers_its_failures(machine, pods):
    pods.apply(pod("/recovers", container("only", "[ -e /srv/fixed ] || exit 1; exec sleep infinity")), "--no-block")
    pods.wait_property("/recovers", lambda now: now["Failures"] >= 1, "the first failure")
    machine.run("touch /srv/fixed")
    pods.wait_state("/recovers", "stable")
    shown = pods.show("/recovers")
    assert shown["NextLaunchTimestamp"] is None and shown["Failures"] >= 1
    machine.run("rm /srv/fixed")


def test_stop_and_start_do_not_wait_for_the_back_off(machine, pods):
    pods.apply(pod("/impatient", container("bad", "[ -e /srv/fixed ] || exit 1; exec sleep infinity")), "--no-block")
    pods.wait_property("/impatient", lambda now: now["Failures"] >= 2, "two failures", timeout=60)
    machine.podctl("stop", "/impatient")
    machine.run("touch /srv/fixed")
    machine.podctl("start", "/impatient")
    shown = pods.show("/impatient")
    assert (shown["State"], shown["Failures"]) == ("stable", 0), "the administrator's start is a new beginning"
    machine.run("rm /srv/fixed")


def test_exit_0_of_one_container_lets_the_others_go_on(machine, pods):
    pods.apply(pod("/some", container("short", "echo done; exit 0"), container("long")))
    machine.wait_for(lambda: pods.containers("/some")["short"]["State"] == "finished", "the short one to end")
    containers = pods.containers("/some")
    assert containers["long"]["State"] == "running" and containers["short"]["ExitCode"] == 0
    assert pods.show("/some")["State"] == "stable" and pods.show("/some")["Failures"] == 0
    text = machine.podctl("status", "/some").stdout
    assert "short: finished" in text and "long: running, PID " in text


def test_when_all_have_ended_well_the_pod_runs_again_after_its_back_off(machine, pods):
    pods.apply(pod("/all", container("a", "echo ran"), container("b", "true")), "--no-block")
    shown = pods.wait_property("/all", lambda now: now["BackoffUSec"] > 0, "the end of the first instance")
    assert "all containers ended with exit 0" in shown["LastFailure"]
    machine.wait_for(lambda: pods.lines("/all").count("ran") >= 3, "the third instance")
    starts = started_usec(machine, "/all")
    assert starts[1] - starts[0] >= FIRST and starts[2] - starts[1] >= FIRST * FACTOR


def test_a_failing_instance_does_not_take_its_siblings_along(machine, pods):
    once = "mkdir /srv/claimed 2>/dev/null && { sleep 0.5; rmdir /srv/claimed; exit 9; }; exec sleep infinity"
    shared = {"volumeMounts": [{"name": "srv", "mountPath": "/srv"}]}
    several = pod("/several", container("only", once, **shared), volumes=[{"name": "srv", "host": "/srv"}])
    pods.apply(scaled(several, 3), "--no-block")
    pods.wait_property("/several", lambda now: now["Failures"] >= 1, "the failure of one")
    machine.run("mkdir -p /srv/claimed")
    pods.wait_state("/several", "stable", timeout=60)
    names = pods.instances("/several")
    assert len(names) == 3 and {"/several.1", "/several.2", "/several.3"} & set(names)
    machine.run("rmdir /srv/claimed")
