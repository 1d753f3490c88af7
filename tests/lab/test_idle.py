# SPDX-License-Identifier: LGPL-2.1-or-later
"""While nothing happens, nobody wakes up: not podd, not the spawner, and no executor."""

import re
import time

import pytest
from pods import container, main_pid, pod, restarted

QUIET = 25  # seconds
PODS = 6
DROP_IN = "/run/systemd/system/podd.service.d/quiet.conf"


@pytest.fixture
def without_watchdog(machine):
    """systemd wants to hear from podd now and then, whatever there are of pods; here it does not."""

    def restart():
        pid = main_pid(machine, "podd.service")
        machine.run("systemctl daemon-reload; systemctl restart podd.service")
        restarted(machine, "podd.service", pid)

    machine.write(DROP_IN, "[Service]\nWatchdogSec=0\n")
    restart()
    yield
    machine.run(f"rm -r $(dirname {DROP_IN})")
    restart()


def wake_ups(machine, pids):
    """By process, how often it has been given a processor."""
    shown = machine.run("grep", "-H", "ctxt_switches", *(f"/proc/{pid}/status" for pid in pids)).stdout
    counts = dict.fromkeys(pids, 0)
    for pid, count in re.findall(r"^/proc/(\d+)/status:\w+:\s*(\d+)$", shown, re.M):
        counts[int(pid)] += int(count)
    return counts


@pytest.mark.leaks("descriptor")  # another podd than before, which has launched pods
def test_pods_that_run_wake_nobody(machine, pods, without_watchdog):
    for number in range(PODS):
        pods.apply(pod(f"/idle/{number}", container("one"), container("two")))
    pids = [main_pid(machine, "podd.service"), main_pid(machine, "podd-spawner.service"),
            *(pods.status(f"/idle/{number}")["Instances"][0]["ExecutorPID"] for number in range(PODS))]
    threads = machine.run("ls -d " + " ".join(f"/proc/{pid}/task/*" for pid in pids)).stdout.split()
    assert len(threads) == len(pids), "no process has more than one thread"

    def settled():
        before = wake_ups(machine, pids)
        time.sleep(0.5)
        return wake_ups(machine, pids) == before

    time.sleep(3)  # two seconds after a deployment its end is written down
    machine.wait_for(settled, "what follows a launch to be over")
    before = wake_ups(machine, pids)
    assert all(before.values()), "each has run"
    time.sleep(QUIET)
    assert wake_ups(machine, pids) == before
