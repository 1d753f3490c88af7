# SPDX-License-Identifier: LGPL-2.1-or-later
"""pod@.service: a pod as a unit."""

import subprocess

import pytest
from pods import DEAF, POLITE, container, main_pid, pod, restarted

UNIT = "pod@unit-web\\x2d1.service"
ID = "/unit/web-1"


@pytest.fixture
def unit(machine, pods):
    pods.apply(pod(ID, container("only", POLITE)))
    machine.podctl("stop", ID)
    yield UNIT
    machine.run("systemctl", "stop", UNIT, check=False)
    machine.run("systemctl", "disable", "--quiet", UNIT, check=False)
    machine.run("systemctl", "reset-failed", UNIT, check=False)


def state(machine, name=UNIT):
    return machine.run("systemctl", "is-active", name, check=False).stdout.strip()


def show(machine, what, name=UNIT):
    return machine.run("systemctl", "show", "-P", what, name).stdout.strip()


def wait_unit(machine, wanted, name=UNIT):
    machine.wait_for(lambda: state(machine, name) == wanted, f"{name} to be {wanted}")


def test_starting_and_stopping_the_unit_is_starting_and_stopping_the_pod(machine, pods, unit):
    machine.run("systemctl", "start", unit)
    assert state(machine) == "active" and pods.show(ID)["State"] == "stable"
    assert show(machine, "StatusText") == "stable, 1 of 1 instances run"
    assert show(machine, "Description") == f"Pod {ID}"
    instance = pods.instances(ID)
    machine.run("systemctl", "start", unit)
    assert pods.instances(ID) == instance
    machine.run("systemctl", "stop", unit)
    assert (state(machine), show(machine, "Result"), pods.show(ID)["State"]) == ("inactive", "success", "stopped")
    assert "leaving politely" in pods.lines(ID)


@pytest.mark.parametrize("how", ["podctl stop", "podctl delete", "systemctl stop slice"])
def test_what_others_do_to_the_pod_is_seen(machine, pods, unit, how):
    machine.run("systemctl", "start", unit)
    if how == "systemctl stop slice":
        machine.run("systemctl", "stop", "pod-unit-web\\x2d1.slice")
    else:
        machine.run(*how.split(), ID)
    wait_unit(machine, "inactive")
    assert show(machine, "Result") == "success"


def test_podd_may_go_and_come_and_the_attendant_too(machine, pods, unit):
    machine.run("systemctl", "start", unit)
    pids, attendant = pods.pids(ID), main_pid(machine, unit)
    for _ in range(2):
        before = main_pid(machine, "podd.service")
        machine.run("kill", "-KILL", str(before))
        restarted(machine, "podd.service", before)
    machine.run("systemctl", "restart", "podd.service")
    machine.run("systemctl stop podd.service; sleep 1; systemctl start podd.service")
    assert (state(machine), main_pid(machine, unit), pods.pids(ID)) == ("active", attendant, pids)
    machine.run("kill", "-KILL", str(attendant))
    restarted(machine, unit, attendant)
    assert pods.pids(ID) == pids
    machine.podctl("stop", ID)
    wait_unit(machine, "inactive")


def test_a_pod_that_fails_now_and_then_stays_active_and_says_so(machine, pods, unit):
    machine.run("systemctl", "start", unit)
    machine.podctl("kill", "--signal=KILL", ID)
    machine.wait_for(lambda: "signal KILL" in show(machine, "StatusText"), "the failure in the status")
    assert state(machine) == "active"
    machine.wait_for(lambda: show(machine, "StatusText") == "stable, 1 of 1 instances run", "the next instance")


def test_a_pod_that_does_not_come_up_fails_its_unit_and_is_stopped(machine, pods, unit):
    pods.apply(pod(ID, container("only", "exit 3")))
    machine.run("mkdir -p '/run/systemd/system/pod@.service.d'; printf '[Service]\\nTimeoutStartSec=4s\\n' "
                ">'/run/systemd/system/pod@.service.d/short.conf'; systemctl daemon-reload")
    try:
        started = machine.run("systemctl", "start", unit, check=False)
        assert started.status != 0 and state(machine) == "failed" and show(machine, "Result") == "timeout"
        pods.wait_state(ID, "stopped")
        assert "exit 3" in machine.journal("--unit", unit) or pods.show(ID)["LastFailure"].endswith("exit 3")
    finally:
        machine.run("rm -r '/run/systemd/system/pod@.service.d'; systemctl daemon-reload")


def test_there_must_be_such_a_pod(machine, pods):
    started = machine.run("systemctl", "start", "pod@no-such.service", check=False)
    assert started.status != 0 and state(machine, "pod@no-such.service") == "failed"
    assert "there is no such pod" in machine.journal("--unit=pod@no-such.service")
    machine.run("systemctl", "reset-failed", "pod@no-such.service")


def test_graces_are_honoured_and_other_units_come_after_it(machine, pods, unit):
    pods.apply({**pod(ID, container("only", DEAF, lifecycle={"killGracePeriodSeconds": 2}))})
    machine.write("/run/systemd/system/after.service",
                  f"[Unit]\nRequires={UNIT}\nAfter={UNIT}\n[Service]\nType=oneshot\nRemainAfterExit=yes\n"
                  f"ExecStart=/bin/sh -c 'podctl wait {ID} --timeout=5'\n")
    machine.run("systemctl daemon-reload; systemctl start after.service")
    assert state(machine, "after.service") == "active" and state(machine) == "active"
    machine.run("bash", "-c", f"SECONDS=0; systemctl stop '{unit}'; test $SECONDS -ge 2")
    assert (state(machine), state(machine, "after.service")) == ("inactive", "inactive")
    machine.run("rm /run/systemd/system/after.service; systemctl daemon-reload")


def test_it_can_be_enabled_and_systemd_finds_nothing_wrong(machine, pods, unit):
    machine.run("systemctl", "enable", "--quiet", "--now", unit)
    assert state(machine) == "active"
    assert machine.run("systemctl", "is-enabled", unit).stdout.strip() == "enabled"
    verified = machine.run("systemd-analyze", "verify", "--man=no", "podd.service", unit, check=False)
    assert (verified.status, verified.stderr.strip()) == (0, "")


def test_an_executor_ends_before_the_network(machine, pods):
    pods.apply(pod("/ordered", container("only")))
    (instance,) = pods.instances("/ordered")
    after = machine.run("systemctl", "show", "-P", "After", pods.show(instance)["ExecutorUnit"]).stdout
    assert "network.target" in after.split()
    assert "network.target" in machine.run("systemctl", "show", "-P", "After", "podd.service").stdout.split()
    attendant = machine.popen("podctl", "attend", "/ordered", stdout=subprocess.DEVNULL)
    machine.run("sleep 0.5; pkill -TERM -f '[p]odctl attend /ordered'")
    assert attendant.wait(timeout=20) == 0
    assert pods.show("/ordered")["State"] == "stopped"
