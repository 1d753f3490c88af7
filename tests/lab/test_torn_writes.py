# SPDX-License-Identifier: LGPL-2.1-or-later
"""podd is killed at the entry of each system call that a change makes, in turn, by strace. The next podd has the old or
the new definition, and every version that was acknowledged."""

import json
import pathlib
import re
import shutil
import subprocess
import time

import pytest
from pods import container, main_pid, pod, restarted, scaled

CALLS = ("openat", "write", "fsync", "rename", "mkdir", "mkdirat", "unlink", "renameat2", "sendmsg", "pwrite64",
         "writev", "fdatasync", "unlinkat", "fchmod")
BUDGET = 60  # seconds
NAME = "/torn"
VERSION = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


def definition(number):
    return {**scaled(pod(NAME, container("only")), 0), "labels": {"number": str(number)}}


def on_the_host(machine, pid):
    """The PID that a process of the machine has here."""
    namespace = machine.run("readlink", f"/proc/{pid}/ns/pid").stdout.strip()
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            inside = re.search(r"^NSpid:.*\t(\d+)$", (process / "status").read_text(), re.M)
            if inside and inside[1] == str(pid) and str((process / "ns/pid").readlink()) == namespace:
                return int(process.name)
        except OSError:
            continue
    raise AssertionError(f"process {pid} of the machine is not seen")


class Killer:
    """Kills a process at the entry of its NTH system call CALL."""

    def __init__(self, pid, call, nth):
        self.strace = subprocess.Popen(
            ["strace", "-f", "-p", str(pid), "-o", "/dev/null", f"--trace={call}",
             f"--inject={call}:signal=SIGKILL:when={nth}"],
            stderr=subprocess.PIPE, text=True)
        self.said = self.strace.stderr.readline()
        if "attached" not in self.said:
            self.strace.kill()
            pytest.skip(f"strace: {self.said.strip() or 'cannot attach'}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.strace.terminate()
        self.strace.wait()


def number_and_history(machine):
    shown = machine.run(f"podctl cat {NAME} --target --json=short; echo; podctl history {NAME} --json=short").stdout
    cat, history = [json.loads(line) for line in shown.splitlines() if line]
    return int(cat["labels"]["number"]), [row["version"] for row in history]


def test_podd_killed_at_each_system_call_of_a_change(machine, pods):
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    acknowledged = [VERSION.search(pods.apply(definition(0)).stdout)[0]]
    present, tried, kills, begun = 0, 0, {}, time.monotonic()
    nth = dict.fromkeys(CALLS, 1)
    while nth and time.monotonic() - begun < BUDGET:
        for call in list(nth):
            tried += 1
            pid = main_pid(machine, "podd.service")
            with Killer(on_the_host(machine, pid), call, nth[call]):
                applied = pods.apply(definition(tried), check=False)
            if main_pid(machine, "podd.service") == pid:
                nth.pop(call)  # it makes no more of them
                assert applied.status == 0, applied
            else:
                restarted(machine, "podd.service", pid)
                kills[call] = kills.get(call, 0) + 1
                nth[call] += 1
            told = VERSION.search(applied.stdout)
            if told:
                acknowledged.append(told[0])
            number, history = number_and_history(machine)
            assert number == tried if told else number in (present, tried), (call, nth.get(call), applied)
            assert history == sorted(set(history)), "history increases strictly"
            assert set(acknowledged[-50:]) <= set(history), (call, nth.get(call))
            present = number
            if time.monotonic() - begun > BUDGET:
                break
    damaged = machine.run("find /var/lib/podd -name '*.damaged*' -o -name '*.new'").stdout
    assert damaged == "", "no kill tears a file"
    assert set(kills) >= {"openat", "write", "fsync", "rename", "sendmsg"}, kills
    assert sum(kills.values()) >= 15, kills
    print(f"{sum(kills.values())} kills in {time.monotonic() - begun:.0f} s: {kills}")
