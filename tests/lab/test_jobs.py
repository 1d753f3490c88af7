# SPDX-License-Identifier: LGPL-2.1-or-later
"""Jobs of systemd that time out: of a launch, which is undone then, and of a stop, which goes on by itself."""

import contextlib
import time

import pytest
from pods import DEAF, alive, container, pod, units

NEVER = """[Unit]
Description=Never through with starting
[Service]
Type=oneshot
ExecStart=sleep infinity
"""


@contextlib.contextmanager
def drop_in(machine, units_of, text):
    """Settings for all units whose names begin with UNITS_OF (systemd.unit(5))."""
    path = f"/run/systemd/system/{units_of}.d"
    machine.write(f"{path}/test.conf", text)
    machine.run("systemctl", "daemon-reload")
    try:
        yield
    finally:
        machine.run("rm", "-r", path)
        machine.run("systemctl", "daemon-reload")


@pytest.fixture
def never(machine):
    """A unit whose start job waits for ever, and with it all that is ordered after it."""
    machine.write("/run/systemd/system/never.service", NEVER)
    machine.run("systemctl daemon-reload; systemctl start --no-block never.service")
    yield "never.service"
    machine.run("systemctl stop never.service; rm /run/systemd/system/never.service; systemctl daemon-reload")


@pytest.mark.parametrize("name, unit", [("slow", "pod-slow-1.slice"), ("tardy", "pod-tardy-1-two.scope")])
def test_a_launch_whose_job_times_out_is_undone_and_tells_which(machine, pods, never, name, unit):
    with drop_in(machine, unit, f"[Unit]\nAfter={never}\nJobTimeoutSec=1\n"):
        pods.apply(pod(f"/{name}", container("one"), container("two")), "--no-block")
        shown = pods.wait_property(f"/{name}", lambda now: now["Failures"] >= 1, "the launch to fail")
        assert shown["LastFailure"] == f"instance '/{name}.1': unit '{unit}': systemd's start job ended as 'timeout'"
    pods.wait_state(f"/{name}", "stable")
    assert f"/{name}.1" not in pods.instances(f"/{name}")
    assert not any(each.startswith(f"pod-{name}-1") for each in units(machine, f"pod-{name}*"))
    assert not machine.run("find", "/var/lib/podd/sandboxes", "/run/podd/instances", "-name", f"*{name}*.1").stdout
    # Nothing of it has run.
    assert f"instance '/{name}.1': container" not in machine.journal("--identifier=podd")


@pytest.mark.parametrize("asked", ["podctl stop /late", "systemctl stop --no-block pod-late-*.slice"])
def test_a_stop_whose_jobs_time_out_still_honours_the_grace_and_ends(machine, pods, asked):
    definition = pod("/late", container("one", DEAF, lifecycle={"killGracePeriodSeconds": 3}))
    timeout = "[Unit]\nJobTimeoutSec=1\n"
    with drop_in(machine, "pod-late-.slice", timeout), drop_in(machine, "pod-late-.scope", timeout):
        pods.apply(definition)
        pods.wait_line("/late", "deaf")
        pid = pods.pids("/late")["one"]
        cursor = machine.journal_cursor()
        began = time.monotonic()
        machine.run(asked)
        pods.wait_state("/late", "stopped")
        assert time.monotonic() - began >= 2.9
        assert not alive(machine, pid)
        assert not units(machine, "pod-late*")
    assert "stop timed out" in machine.journal("--after-cursor", cursor)
