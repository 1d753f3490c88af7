# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pods that are many, or that misbehave."""

import json

import pytest
from pods import FOREVER, alive, container, journal_entries, pod, units

MANY = 20


def test_many_pods_at_once(machine, pods):
    names = [f"/crowd/p{i}" for i in range(MANY)]
    files = [f"/root/crowd/{i}.json" for i in range(MANY)]
    definitions = [pod(name, container("a"), container("b", "echo up; " + FOREVER)) for name in names]
    unpack = "mkdir /root/crowd; cd /root/crowd; n=0; while read -r one; do echo \"$one\" >$n.json; n=$((n+1)); done"
    machine.run(unpack, input="".join(json.dumps(each) + "\n" for each in definitions))
    machine.podctl("apply", *files, timeout=300)
    listed = machine.podctl("list", "--json=short").json()
    assert {row["id"]: row["state"] for row in listed} == {name: "stable" for name in names}
    assert len(units(machine, "pod-crowd-*.scope")) == MANY * 3
    machine.podctl("delete", *names, timeout=300)
    assert pods.ids() == [] and units(machine, "pod-crowd*") == {}
    machine.run("rm -r /root/crowd")


def test_daemons_that_a_container_forks_end_with_it(machine, pods):
    daemon = "setsid sh -c 'trap \"\" TERM HUP INT; (sleep 7001 & wait) & wait'"
    forks = f"for i in 1 2 3 4 5; do ({daemon} &); done; echo forked; "
    pods.apply(pod("/forks", container("stays", forks + FOREVER), container("leaves", forks + "sleep 0.3; exit 0")))
    pods.wait_line("/forks", "forked", "stays")
    count = "pgrep -fxc 'sleep 7001' || true"
    machine.wait_for(lambda: machine.run(count).stdout.strip() == "5", "the daemons of the one that left to be gone")
    machine.podctl("delete", "/forks")
    assert machine.run(count).stdout.strip() == "0"


def test_a_process_that_holds_the_output_open_does_not_hold_the_pod(machine, pods):
    # A daemon that survives its parent's exit inside the namespace dies with PID 1 all the same.
    pods.apply(pod("/holds", container("only", "setsid sleep 7002 & echo up; exec sleep infinity")))
    pods.wait_line("/holds", "up")
    machine.podctl("delete", "/holds")
    assert machine.run("pgrep -f 'sleep 700[2]'", check=False).status == 1


def test_five_thousand_lines_are_complete_and_in_order(machine, pods):
    pods.apply(pod("/talks", container("only", "seq 1 5000; " + FOREVER)))
    lines = pods.wait_line("/talks", "5000", timeout=120)
    assert lines == [str(i) for i in range(1, 5001)]


def test_the_last_words_before_the_end_are_not_lost(machine, pods):
    pods.apply(pod("/last-words", container("only", "seq 1 3000; printf unfinished; exit 1")), "--no-block")
    pods.wait_property("/last-words", lambda now: now["Failures"] >= 1, "the end")
    machine.podctl("stop", "/last-words")
    entries = journal_entries(machine, "POD_INSTANCE=/last-words.1", "PODD_STREAM=stdout")
    assert [entry["MESSAGE"] for entry in entries] == [*map(str, range(1, 3001)), "unfinished"]


def test_a_journal_that_stands_still_does_not_block_a_stop(machine, pods):
    pods.apply(pod("/floods", container("only", "yes 'as fast as it can'")))
    pods.wait_line("/floods", "as fast as it can")
    pids = pods.pids("/floods")
    machine.run("systemctl", "kill", "--signal=STOP", "systemd-journald.service")
    try:
        machine.podctl("delete", "/floods", timeout=60)
        assert not any(alive(machine, pid) for pid in pids.values())
    finally:
        machine.run("systemctl", "kill", "--signal=CONT", "systemd-journald.service")


def test_a_very_long_line_arrives_whole_though_in_pieces(machine, pods):
    size = 200_000
    script = f"head -c {size} /dev/zero | tr '\\0' x; echo; echo after"
    pods.apply(pod("/long", container("only", f"{script}; {FOREVER}")))
    lines = pods.wait_line("/long", "after", timeout=60)
    assert "".join(lines[:-1]) == "x" * size and lines[-1] == "after"
    assert 1 < len(lines) - 1 < 10


def test_binary_output_is_kept_byte_by_byte(machine, pods):
    script = r"printf '\000\001\377\376 binary\n'; printf '\033[31mred\033[0m\n'; echo caf\303\251"
    pods.apply(pod("/binary", container("only", ["/bin/bash", "-c", script + "; echo end; exec sleep infinity"])))
    pods.wait_line("/binary", "end")
    messages = [entry["MESSAGE"] for entry in journal_entries(machine, "POD_ID=/binary") if "PODD_EVENT" not in entry]
    assert messages[0] == [0, 1, 255, 254, *b" binary"]
    assert bytes(messages[1]) == b"\x1b[31mred\x1b[0m"
    shown = machine.podctl("logs", "/binary").stdout
    assert "\x1b" not in shown and "\0" not in shown, "podctl does not pass control characters to a terminal"


def test_empty_lines_and_priorities(machine, pods):
    pods.apply(pod("/lines", container("only", "echo; echo '<3>an error'; echo '<9>not one'; echo end; " + FOREVER)))
    pods.wait_line("/lines", "end")
    entries = [each for each in journal_entries(machine, "POD_ID=/lines") if "PODD_EVENT" not in each]
    assert [(entry["PRIORITY"], entry["MESSAGE"]) for entry in entries] == [
        ("6", ""), ("3", "an error"), ("6", "<9>not one"), ("6", "end")]


@pytest.mark.parametrize("signal", ["SEGV", "ABRT"])
def test_a_crash_is_told_as_one(machine, pods, signal):
    crashes = f"sh -c 'kill -{signal} $$'; code=$?; echo code $code; exit $code"
    pods.apply(pod("/crash", container("only", crashes)), "--no-block")
    shown = pods.wait_property("/crash", lambda now: now["Failures"] >= 1, "the crash")
    number = {"SEGV": 11, "ABRT": 6}[signal]
    assert f"container 'only': exit {128 + number}" in shown["LastFailure"]


def test_a_pod_that_is_deleted_during_its_launch_leaves_nothing(machine, pods):
    for _ in range(5):
        pods.apply(pod("/hasty", container("a"), container("b"), container("c")), "--no-block")
        machine.podctl("delete", "--force", "/hasty")
        assert pods.ids() == [] and units(machine, "pod-hasty*") == {}


def test_operations_that_overtake_each_other_end_in_the_last_wish(machine, pods):
    pods.apply(pod("/churn", container("a"), container("b")), "--no-block")
    for verb in ("stop", "start", "restart", "stop", "start", "restart"):
        machine.podctl(verb, "--no-block", "/churn")
    pods.wait_state("/churn", "stable")
    assert len(pods.instances("/churn")) == 1
