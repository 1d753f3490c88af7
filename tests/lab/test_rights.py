# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who may do what: everybody may look, only those whom polkit lets may act."""

import json

import pytest
from pods import container, pod

HERS = pod("/hers", container("only"))
OTHERS = pod("/others", container("only"))
REFUSALS = ("access denied", "authentication required", "authorisation is required")
RULE = "/etc/polkit-1/rules.d/50-hers.rules"
MANAGE = {
    "stop": ("stop", "/others"), "start": ("start", "/others"), "restart": ("restart", "/others"),
    "delete": ("delete", "/others"), "apply": ("apply", "-"), "rollback": ("rollback", "/others"),
    "purge": ("purge", "/others"), "kill": ("kill", "/others"), "freeze": ("freeze", "/others"),
    "thaw": ("thaw", "/others"), "reset-failed": ("reset-failed", "/others"),
}


def as_alice(machine, *arguments, **options):
    return machine.podctl("--no-ask-password", *arguments, user="alice", check=False, **options)


def refused(result):
    return result.status != 0 and any(text in result.stderr.lower() for text in REFUSALS)


def test_everybody_may_look(machine, pods):
    pods.apply(OTHERS)
    version = pods.show("/others")["Version"]
    for question in (("list",), ("list-instances",), ("deployments",), ("status", "/others"), ("status",),
                     ("show", "/others"), ("cat", "/others"), ("cat", "/others", "--version", version),
                     ("diff", "/others", version), ("history", "/others"), ("wait", "/others")):
        answer = as_alice(machine, *question)
        assert answer.status == 0, answer
    dry = as_alice(machine, "apply", "--dry-run", "-", input=json.dumps({**OTHERS, "labels": {"by": "alice"}}))
    assert dry.stdout.startswith("would change /others "), dry
    assert pods.show("/others")["TargetVersion"] == version
    assert "/others" in as_alice(machine, "list").stdout
    assert "only: running" in as_alice(machine, "status", "/others").stdout


@pytest.mark.parametrize("verb", MANAGE)
def test_a_user_without_rights_changes_nothing(machine, pods, verb):
    pods.apply({**OTHERS, "labels": {"by": "root"}})
    pods.apply(OTHERS)
    before = pods.status("/others")
    changed = {**OTHERS, "labels": {"by": "alice"}}
    answer = as_alice(machine, *MANAGE[verb], input=json.dumps(changed) if verb == "apply" else None)
    assert refused(answer), answer
    assert "/others" in answer.stderr
    after = pods.status("/others")
    assert pods.ids() == ["/others"]
    for unchanged in ("State", "Goal", "Version", "TargetVersion", "Labels"):
        assert after[unchanged] == before[unchanged]
    assert [each["Name"] for each in after["Instances"]] == [each["Name"] for each in before["Instances"]]
    assert machine.podctl("deployments", "--json=short").json() == []


def test_the_bus_itself_refuses_what_podctl_refuses(machine, pods):
    pods.apply(OTHERS)
    answer = machine.run("busctl", "call", "org.podd1", "/org/podd1", "org.podd1.Manager", "StopPod", "s", "/others",
                         user="alice", check=False)
    assert refused(answer), answer
    stored = machine.run("cat", "/var/lib/podd/pods/others/pod.json", user="alice", check=False)
    assert stored.status != 0, "definitions may have secrets in them"
    assert pods.show("/others")["State"] == "stable"


@pytest.fixture
def rule_for_hers(machine):
    machine.write(RULE, """
        polkit.addRule(function(action, subject) {
            if (action.id == "org.podd1.manage" && action.lookup("pod") == "/hers" && subject.user == "alice")
                return polkit.Result.YES;
        });
    """)
    yield
    machine.run("rm", RULE)


def test_a_polkit_rule_can_grant_one_pod(machine, pods, rule_for_hers):
    pods.apply(HERS)
    pods.apply(OTHERS)
    # polkitd notices the rule when inotify tells it.
    machine.wait_for(lambda: as_alice(machine, "stop", "/hers").status == 0, "polkit to follow its new rule")
    pods.wait_state("/hers", "stopped")
    assert refused(as_alice(machine, "stop", "/others"))
    assert pods.show("/others")["State"] == "stable"
    assert as_alice(machine, "start", "/hers").status == 0
    changed = as_alice(machine, "apply", "-", input=json.dumps({**HERS, "labels": {"by": "alice"}}))
    assert changed.stdout.startswith("changed /hers "), changed
    assert as_alice(machine, "rollback", "/hers").stdout.startswith("changed /hers ")
    assert refused(as_alice(machine, "rollback", "/others"))
    assert as_alice(machine, "delete", "/hers").status == 0
    assert pods.ids() == ["/others"]
    assert as_alice(machine, "purge", "/hers").stdout == "purged /hers\n"
    machine.podctl("delete", "/others")
    assert refused(as_alice(machine, "purge", "/others"))
    assert machine.podctl("history", "/others").status == 0
