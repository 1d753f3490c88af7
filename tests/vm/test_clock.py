# SPDX-License-Identifier: LGPL-2.1-or-later
"""The wall clock jumps by years: nothing is killed, nothing is started for it, nothing waits for it."""

import datetime
import time

import pytest
from pods import container, pod, scaled

YEARS = 365 * 86400
# Several attempts fit into it, and so do several probes.
A_WHILE = 12
MOST_ATTEMPTS = 12


@pytest.fixture
def clock(machine):
    """Sets the machine's clock by a number of years against the right time; it is right again afterwards."""

    def step(years):
        machine.run("date", "--set", f"@{time.time() + years * YEARS:.3f}")
        assert abs(int(machine.run("date", "+%s").stdout) - time.time() - years * YEARS) < 60

    yield step
    step(0)


CHECK = {"exec": {"command": {"shell": "echo x >>asked"}}, "delaySeconds": 0, "intervalSeconds": 1,
         "gracePeriodSeconds": 0, "maxConsecutiveFailures": 1}


def asked(machine, pid):
    return int(machine.run(f"wc -l </proc/{pid}/cwd/asked").stdout)


def failures(pods, pod_id):
    return pods.show(pod_id)["Failures"]


@pytest.mark.parametrize("years", [10, -10])
def test_a_step_of_ten_years_and_back(machine, pods, clock, years):
    pods.apply(scaled(pod("/steady", container("one"), container("two", "while sleep 1; do echo on; done")), 2))
    pods.apply(pod("/fails", container("bad", "exit 7")), "--no-block")
    pods.wait_property("/fails", lambda now: now["Failures"] >= 1, "the first failure")
    before = pods.status("/steady")["Instances"]
    pids = [each["PID"] for instance in before for each in instance["Containers"]]
    for away in (years, 0):
        clock(away)
        attempts = failures(pods, "/fails")
        time.sleep(A_WHILE)
        assert 1 <= failures(pods, "/fails") - attempts <= MOST_ATTEMPTS
        shown = pods.status("/steady")
        assert shown["State"] == "stable"
        assert [each["PID"] for instance in shown["Instances"] for each in instance["Containers"]] == pids


def test_versions_grow_while_the_clock_goes_back(machine, pods, clock):
    pods.apply(pod("/grows", container("only")))
    first = pods.show("/grows")["Version"]
    clock(-10)
    pods.apply(pod("/grows", container("only", labels={"second": "yes"})))
    second = pods.show("/grows")["Version"]
    assert second > first
    assert datetime.datetime.fromisoformat(second.rstrip("Z")).year == datetime.datetime.fromisoformat(
        first.rstrip("Z")).year
    assert machine.podctl("list").stdout.count("stable") == 1


def test_checks_are_neither_late_nor_asked_in_a_storm(machine, pods, clock):
    pods.apply(pod("/timely", container("only", healthCheck=CHECK)))
    before = pods.containers("/timely")["only"]
    for years in (10, -10, 0):
        begun = asked(machine, before["PID"])
        clock(years)
        time.sleep(6)
        assert 3 <= asked(machine, before["PID"]) - begun <= 12
        after = pods.containers("/timely")["only"]
        same = ("PID", "Health", "HealthTimestamp")
        assert [after[key] for key in same] == [before[key] for key in same]
    assert failures(pods, "/timely") == 0
