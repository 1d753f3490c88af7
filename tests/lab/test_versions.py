# SPDX-License-Identifier: LGPL-2.1-or-later
"""Definitions change, instances follow; versions stay."""

import json

from pods import POLITE, container, pod, scaled

WEB = pod("/web/front", container("only", POLITE))


def numbers(pods, pod_id="/web/front"):
    return [int(name.rsplit(".", 1)[1]) for name in pods.instances(pod_id)]


def test_apply_says_what_it_did(machine, pods):
    created = pods.apply(WEB)
    unchanged = pods.apply(WEB)
    changed = pods.apply({**WEB, "labels": {"color": "blue"}})
    words = [result.stdout.split() for result in (created, unchanged, changed)]
    assert [word[0] for word in words] == ["created", "unchanged", "changed"]
    assert words[0][3] == words[1][3] < words[2][3], "a version is a time, and never goes back"
    # The same definition, differently written: defaults spelled out, another order, a comment field nobody knows.
    spelled = {"scaling": {"instances": 1, "kind": "FIXED"}, "labels": {"color": "blue"}, **WEB}
    spelled["scaling"]["kind"] = "fixed"
    assert pods.apply(spelled).stdout.startswith("unchanged ")


def test_a_changed_definition_replaces_the_instances(machine, pods):
    pods.apply({**WEB, "id": "/web/new"})
    (before,) = numbers(pods, "/web/new")
    pods.apply(pod("/web/new", container("only", "echo the new one; " + POLITE)))
    (after,) = numbers(pods, "/web/new")
    assert after > before
    shown = pods.show("/web/new")
    assert shown["Version"] == shown["TargetVersion"]
    assert pods.show(pods.instances("/web/new")[0])["Version"] == shown["Version"]
    pods.wait_line("/web/new", "the new one")
    pods.wait_line("/web/new", "leaving politely")
    lines = pods.lines("/web/new")
    assert lines.index("the new one") < lines.index("leaving politely"), "the new instance came first"


def test_scaling_by_apply(machine, pods):
    none = pods.apply(scaled(WEB, 0))
    assert none.stdout.startswith("created")
    assert numbers(pods) == [] and pods.show("/web/front")["State"] == "stable"
    assert machine.podctl("status", "/web/front").stdout.count("0 of 0 running") == 1
    pods.apply(scaled(WEB, 3))
    three = numbers(pods)
    assert len(three) == 3 and pods.show("/web/front")["InstancesRunning"] == 3
    assert "3/3" in machine.podctl("list").stdout
    pods.apply(scaled(WEB, 1))
    assert len(numbers(pods)) == 1
    pods.apply(scaled(WEB, 0))
    assert numbers(pods) == [] and pods.show("/web/front")["State"] == "stable"


def test_instances_of_a_pod_do_not_share_their_sandboxes(machine, pods):
    pods.apply(scaled(pod("/web/three", container("only", "echo $MESOS_SANDBOX; exec sleep infinity")), 3))
    machine.wait_for(lambda: len(set(pods.lines("/web/three"))) == 3, "three sandboxes")


def test_a_running_version_and_a_target_are_told_apart(machine, pods):
    fine = {**WEB, "id": "/web/target"}
    pods.apply(fine)
    first = pods.show("/web/target")["Version"]
    broken = pod("/web/target", container("only", ["/no/such/program"]))
    assert pods.apply(broken, check=False).status == 1
    shown = pods.wait_property("/web/target", lambda now: now["Failures"] >= 1, "the new version to fail")
    assert shown["TargetVersion"] > first
    assert shown["State"] == "stable", "the old instance serves"
    pods.apply(fine, "--force")
    assert pods.show("/web/target")["State"] == "stable"
    assert len(machine.podctl("history", "/web/target", "--json=short").json()) == 3


def test_versions_survive_delete_and_re_creation(machine, pods):
    pods.apply(WEB)
    first = pods.show("/web/front")["Version"]
    (number,) = numbers(pods)
    machine.podctl("delete", "/web/front")
    stored = machine.run("ls", "/var/lib/podd/pods/web-front/versions").stdout.split()
    assert first in stored
    listed = [row["version"] for row in machine.podctl("history", "/web/front", "--json=short").json()]
    assert sorted(listed) == sorted(stored)
    old = machine.podctl("cat", "/web/front", "--version", first, "--json=short").json()
    assert old["id"] == "/web/front" and old["containers"][0]["name"] == "only"
    machine.run("systemctl", "restart", "podd.service")
    assert pods.ids() == [], "what is deleted does not come back"
    assert pods.apply(WEB).stdout.startswith("created ")
    assert numbers(pods)[0] > number, "a number is never used again"
    listed_again = [row["version"] for row in machine.podctl("history", "/web/front", "--json=short").json()]
    assert set(listed) < set(listed_again)


def test_a_stopped_pod_takes_a_change_and_stays_stopped(machine, pods):
    pods.apply(WEB)
    machine.podctl("stop", "/web/front")
    assert pods.apply({**WEB, "labels": {"a": "b"}}).stdout.startswith("changed ")
    assert pods.show("/web/front")["State"] == "stopped" and numbers(pods) == []
    machine.podctl("start", "/web/front")
    assert pods.show("/web/front")["Labels"] == {"a": "b"} and pods.show("/web/front")["State"] == "stable"


def test_an_id_below_another_is_refused(machine, pods):
    pods.apply(WEB)
    for other in ("/web", "/web/front/end"):
        refused = pods.apply({**WEB, "id": other}, check=False)
        assert refused.status == 1 and "path prefix" in refused.stderr and "/web/front" in refused.stderr
    assert pods.apply({**WEB, "id": "/web/back"}).status == 0


def test_all_files_are_checked_before_the_first_is_applied(machine, pods):
    machine.write("/root/good.json", json.dumps(WEB))
    machine.write("/root/bad.json", json.dumps({**WEB, "id": "/web/Bad"}))
    refused = machine.podctl("apply", "/root/good.json", "/root/bad.json", check=False)
    assert refused.status == 1 and "/root/bad.json:1:" in refused.stderr
    assert pods.ids() == []
    machine.run("rm /root/good.json /root/bad.json")
