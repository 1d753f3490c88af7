# SPDX-License-Identifier: LGPL-2.1-or-later
"""What happens to pods is told: in the journal, explained by the catalog, by podctl events, and on the bus to those who ask."""

import json
import signal
import subprocess

import pytest
from pods import FOREVER, container, journal_entries, main_pid, pod, restarted

LIFE = ["pod-created", "deployment-begun", "instance-launched", "container-started", "instance-running", "pod-state",
        "deployment-ended"]


class Listener:
    """podctl events --json=short, from when it has subscribed until it is interrupted."""

    def __init__(self, machine, *arguments):
        self.machine = machine
        self.process = machine.popen("podctl", "events", "--json=short", *arguments, stdout=subprocess.PIPE)
        machine.wait_for("pgrep -f '[p]odctl events' >/dev/null && sleep 0.5", "podctl events to listen")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        if self.process.poll() is None:
            self.machine.run("pkill -INT -f '[p]odctl events'", check=False)
        out, _ = self.process.communicate(timeout=20)
        return [json.loads(line) for line in out.splitlines()]


def names(events):
    return [event["event"] for event in events]


def history(machine, *arguments):
    shown = machine.podctl("events", "--json=short", *arguments).stdout
    return [json.loads(line) for line in shown.splitlines()]


def await_history(machine, last, *arguments):
    """The events of the journal once LAST is among them."""
    return machine.wait_for(lambda: last in names(found := history(machine, *arguments)) and found, f"{last} in the journal")


def test_the_same_is_told_live_and_by_the_journal(machine, pods):
    with Listener(machine, "/told") as listener:
        pods.apply(pod("/told", container("only")))
        pods.apply(pod("/untold", container("only")))
        machine.podctl("stop", "/told")
        machine.podctl("delete", "/told")
        live = listener.end()
    assert names(live)[:len(LIFE)] == LIFE
    assert names(live)[-3:] == ["deployment-begun", "pod-deleted", "deployment-ended"]
    assert {event["pod"] for event in live} == {"/told"}
    past = await_history(machine, "pod-deleted", "--since=-10min", "/told")
    past = machine.wait_for(lambda: (found := history(machine, "--since=-10min", "/told"))[-1]["event"] == "deployment-ended"
                            and found, "the last event in the journal")
    without_time = [[{**event, "time": 0} for event in events] for events in (live, past)]
    assert without_time[0] == without_time[1]
    assert names(history(machine, "--lines=2", "/told")) == ["pod-deleted", "deployment-ended"]
    text = machine.podctl("events", "--lines=1", "/told").stdout
    assert "deployment-ended" in text and "/told deployment " in text and "ended: done" in text


def test_a_failure_is_told_with_its_reason(machine, pods):
    with Listener(machine, "/fails") as listener:
        pods.apply(pod("/fails", container("bad", "exit 7")), "--no-block")
        machine.wait_for(lambda: pods.show("/fails")["Failures"] >= 2, "two failures")
        machine.podctl("stop", "/fails")
        live = listener.end()
    assert {"container-failed", "instance-failed", "back-off"} <= set(names(live))
    failed = next(event for event in live if event["event"] == "container-failed")
    assert (failed["container"], failed["message"], failed["result"]) == ("bad", "exit 7", "exit-code")
    past = await_history(machine, "back-off", "--since=-10min", "/fails")
    assert names(past).count("container-failed") == names(past).count("instance-failed") >= 2


def test_entries_have_fields_and_texts_and_are_no_output(machine, pods):
    pods.apply(pod("/fields", container("only", "echo hello; " + FOREVER)))
    machine.podctl("restart", "/fields")
    await_history(machine, "instance-ended", "--since=-10min", "/fields")
    entries = [each for each in journal_entries(machine, "POD_ID=/fields") if "PODD_EVENT" in each]
    assert {each["MESSAGE_ID"] for each in entries} and all(each["_UID"] == "0" for each in entries)
    begun = [each for each in entries if each["PODD_EVENT"] == "deployment-begun"]
    assert [each["PODD_RESULT"] for each in begun] == ["create", "restart"]
    assert int(begun[1]["DEPLOYMENT_ID"]) > int(begun[0]["DEPLOYMENT_ID"])
    assert set(pods.lines("/fields")) == {"hello"}
    assert "deployment" not in machine.podctl("logs", "/fields").stdout
    by_unit = machine.run("journalctl --quiet --unit=pod-fields.slice").stdout
    assert "pod '/fields': is stable" in by_unit
    machine.run("journalctl", "--update-catalog")
    known = machine.run("journalctl", "--list-catalog").stdout
    assert {each["MESSAGE_ID"] for each in entries} <= {line.split()[0] for line in known.splitlines() if line}
    explained = machine.run("journalctl", "--quiet", "-x", f"MESSAGE_ID={begun[0]['MESSAGE_ID']}", "POD_ID=/fields").stdout
    assert f"Deployment {begun[0]['DEPLOYMENT_ID']} of pod /fields was begun" in explained


def test_the_bus_is_told_only_while_somebody_listens(machine, pods):
    monitor = machine.popen("busctl", "monitor", "--json=short", "org.podd1", stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)
    machine.run("sleep 1")
    pods.apply(pod("/quiet", container("only")))
    with Listener(machine):
        pods.apply(pod("/loud", container("only")))
    pods.apply(pod("/quietagain", container("only")))
    # Whoever is started in the background of a script, as these tests are, ignores SIGINT.
    machine.run("pkill -TERM -f '[b]usctl monitor'")
    out, _ = monitor.communicate(timeout=20)
    told = [message for message in map(json.loads, out.splitlines()) if message.get("member") == "Event"]
    about = {message["payload"]["data"][2]["pod"] for message in told}
    assert about == {"/loud"}


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_listeners_hear_the_next_podd_as_well(machine, pods, how):
    pods.apply(pod("/stays", container("only")))
    with Listener(machine) as listener:
        before = main_pid(machine, "podd.service")
        machine.run("kill", f"-{int(how)}", str(before))
        restarted(machine, "podd.service", before)
        machine.run("sleep 1.5")
        pods.apply(pod("/after", container("only")))
        live = listener.end()
    assert "pod-created" in names(event for event in live if event["pod"] == "/after")
    assert [event for event in live if event["pod"] == "/stays"] == []


def test_what_happens_while_podd_is_away_is_told_afterwards(machine, pods):
    pods.apply(pod("/alone", container("bad", "while [ ! -e /srv/end ]; do sleep 0.1; done; exit 9")))
    machine.run("systemctl", "stop", "podd.service")
    machine.run("touch /srv/end; sleep 1")
    machine.run("rm /srv/end; systemctl start podd.service")
    past = await_history(machine, "instance-failed", "--since=-10min", "/alone")
    assert names(past).count("container-failed") == 1 and names(past).count("instance-failed") == 1


def test_everybody_may_listen_and_history_is_of_this_host(machine, pods):
    refused = machine.podctl("--host=nowhere", "events", "--since=today", check=False)
    assert refused.status == 1 and "only the journal of this host" in refused.stderr
    answer = machine.run("busctl", "call", "org.podd1", "/org/podd1", "org.podd1.Manager", "Unsubscribe", check=False)
    assert answer.status != 0 and "has not subscribed" in answer.stderr
