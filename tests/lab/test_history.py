# SPDX-License-Identifier: LGPL-2.1-or-later
"""Versions of a definition as people use them: looked at, compared, taken back, forgotten, and safe from each other."""

import json

import pytest
from pods import FOREVER, await_saved, container, pod, scaled

# A shell that leaves only when it is allowed to: a redeployment that takes as long as the test wants.
RELUCTANT = "trap 'until [ -e /srv/go ]; do sleep 0.1; done; exit 0' TERM; echo up; while :; do sleep 0.1; done"


def web(value, pod_id="/web", **fields):
    """A pod whose definition is told apart by a label."""
    return pod(pod_id, container("only", FOREVER), labels={"value": value}, **fields)


def version_of(applied):
    """Of what `apply` or `rollback` printed: "changed /web (version 2026-…)"."""
    return applied.stdout.split()[3].rstrip(")")


def history(machine, pod_id="/web"):
    return machine.podctl("history", pod_id, "--json=short").json()


def value_of(machine, *options, pod_id="/web"):
    return machine.podctl("cat", pod_id, *options, "--json=short").json()["labels"]["value"]


def state_files(machine):
    await_saved(machine)
    return machine.run("find /var/lib/podd -type f -exec sha256sum {} + | sort; find /var/lib/podd | sort").stdout


def purge(machine, pod_id="/web"):
    """What tests before this one left of the id."""
    machine.podctl("purge", pod_id, check=False)


def test_history_tells_what_changed(machine, pods):
    purge(machine)
    first = version_of(pods.apply(web("a")))
    second = version_of(pods.apply(web("b")))
    third = version_of(pods.apply(scaled(web("c", user="nobody"), 2)))
    table = machine.podctl("history", "web").stdout.splitlines()
    assert table[0].split() == ["VERSION", "AGE", "STATE", "CHANGES"]
    assert table[1].startswith(first) and table[1].endswith("created")
    assert table[2].startswith(second) and table[2].split("-", 3)[-1].strip().startswith("~ /labels/value: \"a\" ")
    assert table[3].startswith(third) and " deployed " in table[3]
    assert table[3].endswith("~ /labels/value, + /user, ~ /scaling/instances")
    assert table[-1] == "3 versions listed."
    rows = history(machine)
    assert [row["version"] for row in rows] == sorted([first, second, third])
    assert [row["state"] for row in rows] == [None, None, "deployed"]
    assert rows[0]["changes"] is None and rows[0]["time"] < rows[1]["time"] < rows[2]["time"]
    assert rows[1]["changes"] == [{"kind": "changed", "path": "/labels/value", "before": '"a"', "after": '"b"'}]
    assert {"kind": "added", "path": "/user", "before": None, "after": '"nobody"'} in rows[2]["changes"]
    assert machine.podctl("history", "web", "--no-legend").stdout.splitlines()[0].startswith(first)


def test_cat_shows_any_version(machine, pods):
    purge(machine)
    first = version_of(pods.apply(web("a")))
    second = version_of(pods.apply(web("b")))
    assert value_of(machine) == value_of(machine, "--target") == value_of(machine, "--version", second) == "b"
    assert value_of(machine, f"--version={first}") == "a"
    missing = machine.podctl("cat", "web", "--version", "2020-01-01T00:00:00.000Z", check=False)
    assert missing.status == 1 and "there is no version '2020-01-01T00:00:00.000Z'" in missing.stderr
    assert "podctl history /web" in missing.stderr
    assert machine.podctl("cat", "web", "--version", check=False).status == 2
    assert machine.podctl("cat", "web", "--version", "../state", check=False).status == 2
    assert machine.podctl("cat", "web", "--target", "--version", first, check=False).status == 2


def test_diff(machine, pods):
    purge(machine)
    first = version_of(pods.apply(web("a")))
    alone = machine.podctl("diff", "web", check=False)
    assert alone.status == 2 and "there is only one version" in alone.stderr
    second = version_of(pods.apply(web("b")))
    third = version_of(pods.apply(web("c\033[31m\u202e")))
    def diff(*words):
        return machine.podctl("diff", "web", *words, check=False)
    assert (diff(first, second).status, diff(first, second).stdout) == (
        1, f'/web: {first} → {second}\n  ~ /labels/value: "a" → "b"\n')
    assert diff(second).stdout == f'/web: {second} → {third}\n  ~ /labels/value: "b" → "c\\u001b[31m\\u202e"\n'
    assert diff().stdout == diff(second).stdout, "the last two, when nothing is under way"
    assert (diff(second, second).status, diff(second, second).stdout) == (0, "")
    assert diff(first, "deployed").stdout.startswith(f"/web: {first} → {third}\n")
    assert (diff("-q", first, second).status, diff("-q", first, second).stdout) == (1, "")
    shown = diff(first, second, "--json=short").json()
    assert (shown["pod"], shown["from"], shown["to"]) == ("/web", first, second)
    assert shown["changes"] == [{"kind": "changed", "path": "/labels/value", "before": '"a"', "after": '"b"'}]
    # A file, in another order and with defaults left out.
    machine.write("/root/web.json", json.dumps({"labels": {"value": "d"}, **web("x", user="nobody"),
                                                "labels": {"value": "d"}}))
    assert diff("/root/web.json").stdout == (
        f'/web: {third} → /root/web.json\n  ~ /labels/value: "c\\u001b[31m\\u202e" → "d"\n  + /user: "nobody"\n')
    assert machine.run("podctl cat web | podctl diff web -").stdout == ""
    coloured = machine.run(f"SYSTEMD_COLORS=1 podctl diff web {first} {second}", check=False).stdout
    assert "\033[0;1;33m~ /labels/value" in coloured
    for wrong in (("2020-01-01T00:00:00.000Z",), ("/root/none.json",), (first, "/root/web.json"), ("yesterday",)):
        trouble = diff(*wrong)
        assert (trouble.status, trouble.stdout) == (2, "") and trouble.stderr.startswith("podctl: "), trouble
    machine.write("/root/web.json", "{\n  \"id\": \"/web\",\n  oops\n}\n")
    broken = diff("/root/web.json")
    assert broken.status == 2 and "/root/web.json:3:3: error: " in broken.stderr and "    3 |   oops" in broken.stderr
    machine.run("rm /root/web.json")


def test_rollback_runs_the_old_content_as_a_new_version(machine, pods):
    purge(machine)
    first = version_of(pods.apply(web("a")))
    second = version_of(pods.apply(web("b")))
    rolled = machine.podctl("rollback", "web")
    third = version_of(rolled)
    assert rolled.stdout == f"changed /web (version {third})\n"
    shown = pods.show("/web")
    assert (shown["Labels"], shown["State"], shown["Version"]) == ({"value": "a"}, "stable", third), "it waited"
    assert pods.show(pods.instances("/web")[0])["Version"] == third
    fourth = version_of(machine.podctl("rollback", "web", second))
    assert value_of(machine) == "b"
    (answer,) = machine.podctl("rollback", "/web", third, "--json=short").json()
    assert (answer["outcome"], answer["result"], answer["pod"]) == ("changed", "done", "/web")
    versions = [row["version"] for row in history(machine)]
    assert versions == [first, second, third, fourth, answer["version"]] == sorted(set(versions))
    again = machine.podctl("rollback", "web", first)
    assert again.stdout == f"unchanged /web (version {answer['version']})\n", "the content is that of the first already"
    before = state_files(machine)
    for words, status, complaint in (
            (("2020-01-01T00:00:00.000Z",), 1, "there is no version '2020-01-01T00:00:00.000Z'"),
            (("../state",), 1, "there is no version"),
            (("--if-version", first), 1, f"its version is {answer['version']}"),
            (("--if-version=none",), 1, f"its version is {answer['version']}"),
            (("--dry-run",), 2, "--dry-run")):
        refused = machine.podctl("rollback", "web", *words, check=False)
        assert refused.status == status and complaint in refused.stderr, refused
    assert state_files(machine) == before
    assert value_of(machine) == "a"


def test_history_goes_on_after_delete_and_re_creation(machine, pods):
    purge(machine)
    first = version_of(pods.apply(web("a")))
    machine.podctl("delete", "web")
    rows = history(machine)
    assert [(row["version"], row["state"]) for row in rows] == [(first, None)]
    assert value_of(machine) == value_of(machine, "--version", first) == "a"
    assert machine.podctl("rollback", "web", check=False).status == 4
    created = pods.apply(web("b"))
    assert created.stdout.startswith("created ")
    rows = history(machine)
    assert [row["version"] for row in rows] == [first, version_of(created)]
    assert rows[1]["changes"] == [{"kind": "changed", "path": "/labels/value", "before": '"a"', "after": '"b"'}]
    machine.podctl("rollback", "web")
    assert pods.show("/web")["Labels"] == {"value": "a"}


def test_purge_forgets_a_deleted_pod(machine, pods):
    pods.apply(web("a", "/gone/one"))
    pods.apply(web("a", "/gone/two"))
    before = state_files(machine)
    refused = machine.podctl("purge", "/gone/one", check=False)
    assert refused.status == 1 and "podctl delete /gone/one first" in refused.stderr
    assert state_files(machine) == before
    machine.podctl("delete", "/gone/one", "/gone/two")
    assert "gone" in machine.run("find /var/lib/podd").stdout
    purged = machine.podctl("purge", "/gone/one", "gone/two", "/gone/three", check=False)
    assert purged.stdout == "purged /gone/one\npurged /gone/two\n"
    assert purged.status == 4 and "pod '/gone/three': there is no history" in purged.stderr
    assert "gone" not in machine.run("find /var/lib/podd").stdout
    for verb in ("history", "cat", "rollback", "purge"):
        unknown = machine.podctl(verb, "/gone/one", check=False)
        assert unknown.status == 4 and "'/gone/one': there is no" in unknown.stderr, unknown
    machine.run("systemctl", "restart", "podd.service")
    assert machine.podctl("history", "/gone/one", check=False).status == 4
    again = pods.apply(web("b", "/gone/one"))
    assert len(history(machine, "/gone/one")) == 1 and again.stdout.startswith("created ")
    machine.podctl("delete", "/gone/one")
    (row,) = machine.podctl("purge", "--json=short", "/gone/one").json()
    assert row == {"pod": "/gone/one", "outcome": "purged", "message": None}


def test_a_dry_run_tells_and_changes_nothing(machine, pods):
    purge(machine)
    machine.podctl("purge", "/fresh", check=False)
    version = version_of(pods.apply(web("a")))
    files, facts, journal = state_files(machine), machine.fingerprint(), machine.journal_cursor()
    def dry(definition, *options, check=True):
        return pods.apply(definition, "--dry-run", *options, check=check)
    assert dry(web("a")).stdout == f"unchanged /web (version {version})\n"
    assert dry(web("b")).stdout == f'would change /web (version {version})\n  ~ /labels/value: "a" → "b"\n'
    assert dry(web("a", "/fresh")).stdout == "would create /fresh\n"
    warned = dry({**web("b"), "colour": "blue"})
    assert warned.stdout.startswith("would change /web ") and warned.stderr.count("warning: /colour: ") == 1
    assert dry({**web("b"), "colour": "blue"}, "--strict", check=False).status == 1
    for definition, options, complaint in (
            (web("b", "/web/below"), (), "path prefix"),
            (web("b"), ("--if-version=none",), f"its version is {version}"),
            ({**web("b"), "containers": []}, (), "/containers")):
        refused = dry(definition, *options, check=False)
        assert (refused.status, refused.stdout) == (1, "") and complaint in refused.stderr, refused
    assert dry(web("b"), "--if-version", version).status == 0
    (shown,) = dry(web("b"), "--json=short").json()
    assert (shown["outcome"], shown["version"], shown["pod"]) == ("changed", version, "/web")
    assert shown["changes"] == [{"kind": "changed", "path": "/labels/value", "before": '"a"', "after": '"b"'}]
    assert state_files(machine) == files and machine.fingerprint() == facts
    assert "pod '/web'" not in machine.journal("--after-cursor", journal, "-u", "podd.service")
    assert pods.ids() == ["/web"] and value_of(machine, "--target") == "a"


def test_a_change_can_insist_on_the_version_it_was_made_for(machine, pods):
    purge(machine)
    nothing = state_files(machine)
    absent = pods.apply(web("a"), "--if-version", "2026-01-01T00:00:00.000Z", check=False)
    assert absent.status == 1 and "pod '/web': " in absent.stderr
    assert state_files(machine) == nothing
    first = version_of(pods.apply(web("a"), "--if-version=none"))
    second = version_of(pods.apply(web("b"), "--if-version", first))
    before = state_files(machine)
    for wrong in (first, "none"):
        refused = pods.apply(web("c"), f"--if-version={wrong}", check=False)
        assert refused.status == 1 and refused.stdout == "" and f"its version is {second}" in refused.stderr
    assert f"podctl diff /web {first}" in pods.apply(web("c"), "--if-version", first, check=False).stderr
    assert state_files(machine) == before and value_of(machine) == "b"
    machine.write("/root/web.json", json.dumps(web("c")))
    two = machine.podctl("apply", "--if-version", second, "/root/web.json", "/root/web.json", check=False)
    assert two.status == 2 and "--if-version" in two.stderr
    machine.run("rm /root/web.json")
    assert version_of(machine.podctl("rollback", "web", "--if-version", second)) > second


def test_the_deployed_version_is_the_answer_until_the_redeployment_is_complete(machine, pods):
    purge(machine, "/slow")
    slow = pod("/slow", container("only", RELUCTANT, lifecycle={"killGracePeriodSeconds": 120}), labels={"value": "a"})
    first = version_of(pods.apply(slow))
    pods.wait_line("/slow", "up")
    second = version_of(pods.apply({**slow, "labels": {"value": "b"}}, "--no-block"))
    for _ in range(2):
        assert value_of(machine, pod_id="/slow") == "a"
        assert value_of(machine, "--target", pod_id="/slow") == "b"
        shown = pods.show("/slow")
        assert (shown["Version"], shown["TargetVersion"], shown["State"]) == (first, second, "stable"), "the old one serves"
        states = {row["version"]: row["state"] for row in history(machine, "/slow")}
        assert states == {first: "deployed", second: "target"}
        assert f"Version: {first}, changing to {second}" in machine.podctl("status", "slow", "-n0", check=False).stdout
        assert f"{first} → {second}" in machine.podctl("list").stdout
        (row,) = machine.podctl("list", "--json=short").json()
        assert (row["version"], row["target"]) == (first, second)
        assert machine.podctl("diff", "slow", check=False).stdout.startswith(f"/slow: {first} → {second}\n")
        machine.run("systemctl", "restart", "podd.service")
    machine.run("touch /srv/go")
    pods.wait_state("/slow", "stable")
    machine.run("rm /srv/go")
    assert value_of(machine, pod_id="/slow") == value_of(machine, "--target", pod_id="/slow") == "b"
    shown = pods.show("/slow")
    assert shown["Version"] == shown["TargetVersion"] == second
    assert [row["state"] for row in history(machine, "/slow")] == [None, "deployed"]
    machine.run("touch /srv/go")
    machine.podctl("delete", "/slow")
    machine.run("rm /srv/go")


WRITERS, ROUNDS = 8, 25

# What each writer does in the machine. It notes every version that was acknowledged, with what it wrote.
BLIND = """
for round in $(seq {rounds}); do
    out=$(sed "s/VALUE/$1-$round/" /root/web.json | podctl apply --force --no-block -)
    set -- "$1" $out
    echo "${{5%)}} $1-$round" >>"/root/acknowledged.$1"
done
"""
CAREFUL = """
for round in $(seq {rounds}); do
    version=$(podctl show web -p TargetVersion --value)
    text=$(podctl cat web --version="$version")
    counter=$(printf '%s' "$text" | sed -n 's/.*"value": "\\([0-9]*\\)".*/\\1/p')
    if out=$(printf '%s' "$text" | sed "s/\\"value\\": \\"$counter\\"/\\"value\\": \\"$((counter + 1))\\"/" |
             podctl apply --force --no-block --if-version="$version" - 2>>"/root/refused.$1"); then
        set -- "$1" $out
        echo "${{5%)}} $((counter + 1))" >>"/root/acknowledged.$1"
    fi
done
"""


@pytest.fixture
def long_history(machine):
    machine.run("test ! -e /etc/podd/podd.conf")
    machine.write("/etc/podd/podd.conf", "history = 1000\n")
    machine.run("systemctl", "restart", "podd.service")
    yield
    machine.run("rm -rf /etc/podd/podd.conf /root/acknowledged.* /root/refused.* /root/web.json /root/writer")
    machine.run("systemctl", "restart", "podd.service")


def write_all_at_once(machine, script):
    """WRITERS processes with the same script; returns the acknowledged versions with what was written."""
    machine.write("/root/writer", "set -u\n" + script.format(rounds=ROUNDS))
    machine.run(f"rm -f /root/acknowledged.*; for i in $(seq {WRITERS}); do sh /root/writer $i & done; wait", timeout=300)
    lines = machine.run("cat /root/acknowledged.*").stdout.splitlines()
    return dict(line.split() for line in lines), len(lines)


def lost(machine, acknowledged):
    """Acknowledged versions whose content is not in the history, where each version has another value."""
    contents = {row["version"]: json.loads(change["after"])
                for row in history(machine) for change in row["changes"] or [] if change["path"] == "/labels/value"}
    return {version: value for version, value in acknowledged.items() if contents.get(version) != value}


def test_concurrent_writers_lose_no_acknowledged_version(machine, pods, long_history):
    purge(machine)
    machine.write("/root/web.json", json.dumps(web("VALUE")))
    created = version_of(pods.apply(web("0")))
    acknowledged, count = write_all_at_once(machine, BLIND)
    assert count == len(acknowledged) == WRITERS * ROUNDS, "every change was acknowledged, with a version of its own"
    versions = [row["version"] for row in history(machine)]
    assert versions == sorted(set(versions)), "strictly increasing"
    assert versions == sorted([created, *acknowledged])
    assert lost(machine, acknowledged) == {}
    pods.wait_state("/web", "stable")
    assert pods.show("/web")["Version"] == versions[-1] and value_of(machine) == acknowledged[versions[-1]]


def test_careful_writers_lose_no_update(machine, pods, long_history):
    purge(machine)
    created = version_of(pods.apply(web("0")))
    acknowledged, count = write_all_at_once(machine, CAREFUL)
    assert 0 < count == len(acknowledged)
    assert sorted(map(int, acknowledged.values())) == list(range(1, count + 1)), "no number was written twice"
    refused = machine.run("cat /root/refused.*").stdout
    assert "its version is" in refused, "the writers did get into each other's way"
    pods.wait_state("/web", "stable")
    assert value_of(machine) == str(count)
    versions = [row["version"] for row in history(machine)]
    assert versions == sorted([created, *acknowledged])
    assert lost(machine, acknowledged) == {}
