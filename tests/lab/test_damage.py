# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files of one pod are damaged while podd is away: the next podd starts, says what happened, and sets the files aside.
What runs goes on, and the other pods are not affected."""

import pytest
from pods import UNTIL_USR1, container, journal_entries, pod

STATE = "/var/lib/podd/pods"
FLIP = "printf X | dd of={} bs=1 seek=40 conv=notrunc status=none"
DAMAGES = {
    "a flipped byte": FLIP,
    "a truncated file": "truncate --size=-5 {}",
    "an empty file": "truncate --size=0 {}",
    "a directory": "rm {0} && mkdir {0}",
    "random bytes": "head -c 300 /dev/urandom >{}",
}


def web(name, command=UNTIL_USR1):
    return pod(f"/hurt/{name}", container("only", command))


@pytest.fixture
def three(machine, pods):
    """Three running pods; the PIDs of each."""
    for name in "abc":
        pods.apply(web(name))
    yield {name: pods.pids(f"/hurt/{name}") for name in "abc"}
    pods.delete_all()
    machine.podctl("purge", "/hurt/a")


def restart_with(machine, *commands):
    """Starts podd anew after COMMANDS; what it logged at priority err."""
    cursor = machine.journal_cursor()
    machine.run("systemctl", "stop", "podd.service")
    for command in commands:
        machine.run(command)
    machine.run("systemctl", "start", "podd.service")
    # journalctl skips the first entry of a selection after a cursor that is not in it, so the selection is made here.
    entries = journal_entries(machine, "--after-cursor", cursor)
    return "\n".join(each["MESSAGE"] for each in entries
                     if each.get("SYSLOG_IDENTIFIER") == "podd" and each["PRIORITY"] == "3")


def of_a(machine, name):
    return machine.run(f"ls {STATE}/hurt-a/{name}").stdout.split()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_state_file_does_not_lose_a_running_pod(machine, pods, three, damage):
    errors = restart_with(machine, DAMAGES[damage].format(f"{STATE}/hurt-a/state"))
    assert f"'{STATE}/hurt-a/state' is damaged" in errors and "set aside" in errors
    assert {name: pods.pids(f"/hurt/{name}") for name in "abc"} == three
    shown = pods.show("/hurt/a")
    assert shown["State"] == "stable" and "its state file is damaged" in shown["Message"]
    assert "its state file is damaged" in machine.podctl("status", "/hurt/a").stdout
    assert pods.show("/hurt/b")["Message"] == ""
    assert "state.damaged" in of_a(machine, "")


def test_a_damaged_state_file_of_a_stopped_pod_leaves_it_down(machine, pods, three):
    machine.podctl("stop", "/hurt/a")
    restart_with(machine, FLIP.format(f"{STATE}/hurt-a/state"))
    shown = pods.show("/hurt/a")
    assert shown["State"] == "stopped" and "podctl start /hurt/a" in shown["Message"]
    assert {name: pods.pids(f"/hurt/{name}") for name in "bc"} == {name: three[name] for name in "bc"}
    machine.podctl("start", "/hurt/a")
    assert pods.show("/hurt/a")["State"] == "stable" and pods.show("/hurt/a")["Message"] == ""


def test_a_damaged_version_stops_nothing_and_the_newest_intact_one_takes_its_place(machine, pods, three):
    first = pods.show("/hurt/a")["Version"]
    pods.apply({**web("a"), "labels": {"second": "yes"}})
    second, running = pods.show("/hurt/a")["Version"], pods.pids("/hurt/a")
    errors = restart_with(machine, FLIP.format(f"{STATE}/hurt-a/versions/{second}"))
    assert second in errors
    shown = pods.show("/hurt/a")
    assert shown["TargetVersion"] == first and f"version {second} was damaged" in shown["Message"]
    assert pods.pids("/hurt/a") == running
    assert f"{second}.damaged" in of_a(machine, "versions")
    assert pods.apply({**web("a"), "labels": {"third": "yes"}}).stdout.startswith("changed ")
    assert pods.show("/hurt/a")["State"] == "stable" and pods.show("/hurt/a")["Version"] > second


def test_without_any_intact_version_a_pod_runs_on_until_it_gets_a_new_one(machine, pods, three):
    restart_with(machine, f"for file in {STATE}/hurt-a/versions/*; do truncate --size=-1 $file; done")
    assert {name: pods.pids(f"/hurt/{name}") for name in "abc"} == three
    shown = pods.show("/hurt/a")
    assert shown["State"] == "degraded" and "no version of its definition is intact" in shown["Message"]
    refused = machine.podctl("restart", "/hurt/a", check=False)
    assert refused.status != 0 and "podctl apply" in refused.stderr
    assert pods.apply(web("a")).stdout.startswith("changed ")
    assert pods.show("/hurt/a")["State"] == "stable"


def test_a_full_disk_refuses_a_change_and_leaves_the_pod_as_it_is(machine, pods, three):
    before = pods.show("/hurt/a")["Version"]
    fill = f"mount -t tmpfs -o size=64k tmpfs {STATE}/hurt-a/versions && cp /tmp/v/* {STATE}/hurt-a/versions"
    restart_with(machine, f"cp -r {STATE}/hurt-a/versions /tmp/v", fill,
                 f"head -c 1M /dev/zero >{STATE}/hurt-a/versions/filler || true")
    try:
        refused = pods.apply({**web("a"), "labels": {"new": "yes"}}, check=False)
        assert refused.status != 0 and "No space left on device" in refused.stderr
        assert pods.show("/hurt/a")["Version"] == before and pods.pids("/hurt/a") == three["a"]
        assert len(machine.podctl("history", "/hurt/a", "--json=short").json()) == 1
        machine.podctl("stop", "/hurt/a")
        assert pods.show("/hurt/a")["State"] == "stopped"
    finally:
        machine.run(f"systemctl stop podd.service; umount {STATE}/hurt-a/versions; rm -r /tmp/v; "
                    "systemctl start podd.service")
    assert of_a(machine, "versions") == [before]
