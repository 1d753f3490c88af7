# SPDX-License-Identifier: LGPL-2.1-or-later
"""podctl kill, freeze, thaw and reset-failed: what they do to the processes of pods, and what they refuse."""

import re

import pytest
from pods import FOREVER, alive, container, pod

# Both processes of the container say which signal they got.
TELLS = "trap 'echo main got it' {0}; (trap 'echo child got it' {0}; echo up; while :; do sleep 0.1; done) & " \
        "while :; do sleep 0.1; done"
COUNTS = "n=0; while :; do n=$((n + 1)); echo $n; sleep 0.05; done"


def told(pods, name):
    return sorted(line for line in pods.lines(name) if line.endswith("got it"))


def freezer_states(pods, pod_id):
    """Of the pod's only instance, and of its containers by name."""
    (instance,) = pods.status(pod_id)["Instances"]
    return instance["FreezerState"], {each["Name"]: each["FreezerState"] for each in instance["Containers"]}


def count(pods, name):
    lines = pods.lines(name)
    return int(lines[-1]) if lines else 0


def grows(machine, pods, name):
    before = count(pods, name)
    return machine.wait_for(lambda: count(pods, name) > before, f"{name} to go on")


@pytest.mark.parametrize(("options", "signal", "expected"), [
    (("--signal=HUP",), "HUP", ["child got it", "main got it"]),
    (("-s", "SIGUSR1", "--kill-whom=all"), "USR1", ["child got it", "main got it"]),
    (("-s", "12", "--kill-whom=main"), "USR2", ["main got it"]),
    ((), "TERM", ["child got it", "main got it"]),
], ids=["default-whom", "all", "main", "default-signal"])
def test_a_signal_reaches_those_it_is_for(machine, pods, options, signal, expected):
    pods.apply(pod("/tells", container("one", TELLS.format(signal)), container("two", TELLS.format(signal))))
    (instance,) = pods.instances("/tells")
    machine.wait_for(lambda: pods.lines(instance).count("up") == 2, "both containers to listen")
    machine.podctl("kill", f"{instance}/one", *options)
    machine.wait_for(lambda: told(pods, instance) == expected, "the signal in one container")
    machine.podctl("kill", "/tells", *options)
    machine.wait_for(lambda: told(pods, instance) == sorted(expected * 3), "the signal in both")
    assert pods.instances("/tells") == [instance], "it is no stop"


def test_a_killed_container_has_failed_and_is_launched_anew(machine, pods):
    pods.apply(pod("/victim", container("one", FOREVER), container("two", FOREVER)))
    (instance,) = pods.instances("/victim")
    pids = pods.pids("/victim")
    machine.podctl("kill", f"{instance}/one", "--signal=KILL", "--kill-whom=main")
    shown = pods.wait_property("/victim", lambda now: now["Failures"] == 1, "the failure")
    assert shown["LastFailure"] == f"instance '{instance}': container 'one': signal KILL"
    pods.wait_state("/victim", "stable")
    assert pods.instances("/victim") != [instance]
    assert not any(alive(machine, pid) for pid in pids.values())


def test_a_frozen_pod_does_nothing_until_it_is_thawed(machine, pods):
    pods.apply(pod("/ice", container("one", COUNTS), container("two", FOREVER)))
    (instance,) = pods.instances("/ice")
    grows(machine, pods, instance)
    machine.podctl("freeze", "/ice")
    assert freezer_states(pods, "/ice") == ("frozen", {"one": "frozen", "two": "frozen"})
    text = machine.podctl("status", "/ice").stdout
    assert re.search(rf"{re.escape(instance)}: running \(frozen\) since", text), text
    assert re.search(r"one: running \(frozen\), PID", text), text
    machine.run("sleep", "0.3")  # what was in the pipe is in the journal now
    before = count(pods, instance)
    machine.run("sleep", "0.5")
    assert count(pods, instance) == before
    machine.podctl("thaw", instance)
    grows(machine, pods, instance)
    assert freezer_states(pods, "/ice") == ("running", {"one": "running", "two": "running"})
    assert "frozen" not in machine.podctl("status", "/ice").stdout
    assert pods.instances("/ice") == [instance]


@pytest.mark.parametrize("how", ["container", "slice"])
def test_a_thaw_is_for_whatever_was_frozen(machine, pods, how):
    pods.apply(pod("/parts", container("one", COUNTS), container("two", COUNTS)))
    (instance,) = pods.instances("/parts")
    if how == "container":
        machine.podctl("freeze", f"{instance}/one")
        assert freezer_states(pods, "/parts") == ("running", {"one": "frozen", "two": "running"})
    else:
        machine.run("systemctl", "freeze", "pod-parts.slice")
        assert freezer_states(pods, "/parts") == ("frozen", {"one": "frozen", "two": "frozen"})
    machine.podctl("thaw", "/parts")
    assert freezer_states(pods, "/parts") == ("running", {"one": "running", "two": "running"})
    machine.podctl("thaw", "/parts")  # of nothing


def test_a_frozen_pod_can_be_killed(machine, pods):
    pods.apply(pod("/ice", container("only", COUNTS)))
    (instance,) = pods.instances("/ice")
    machine.podctl("freeze", "/ice")
    machine.podctl("kill", "/ice", "-s", "KILL")
    pods.wait_property("/ice", lambda now: now["Failures"] == 1, "the failure")
    pods.wait_state("/ice", "stable")
    assert freezer_states(pods, "/ice")[0] == "running"
    assert pods.instances("/ice") != [instance]


def test_reset_failed_ends_the_pause(machine, pods):
    backoff = {"backoff": {"backoff": 300, "maxLaunchDelay": 3600}}
    for name in ("/one", "/two"):
        pods.apply(pod(name, container("bad", "exit 7"), scheduling=backoff), check=False)
        pods.wait_property(name, lambda now: now["Failures"] == 1, "the failure")
    first = {name: pods.show(name)["LastFailure"] for name in ("/one", "/two")}
    machine.podctl("reset-failed", "/one")
    # A second failure counts as the first one: not the pause of 345 s that it would be otherwise.
    pods.wait_property("/one", lambda now: now["LastFailure"] not in ("", first["/one"]), "another attempt")
    shown = pods.show("/one")
    assert (shown["Failures"], shown["BackoffUSec"]) == (1, 300_000_000)
    assert pods.show("/two")["LastFailure"] == first["/two"]
    machine.podctl("reset-failed")
    pods.wait_property("/two", lambda now: now["LastFailure"] not in ("", first["/two"]), "another attempt")


@pytest.mark.parametrize("verb", ["kill", "freeze", "thaw"])
def test_what_does_not_run_is_refused(machine, pods, verb):
    pods.apply(pod("/down", container("only")))
    machine.podctl("stop", "/down")
    for name, status, text in (("/down", 1, "pod '/down': no container of it runs now"),
                               ("/none", 4, "pod '/none': there is no such pod"),
                               ("/down.77", 4, "instance '/down.77': there is no such instance"),
                               ("/down.77/only", 4, "container '/down.77/only': there is no such container")):
        answer = machine.podctl(verb, name, check=False)
        assert (answer.status, answer.stdout) == (status, ""), answer
        assert text in answer.stderr
