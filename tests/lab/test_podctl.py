# SPDX-License-Identifier: LGPL-2.1-or-later
"""podctl as people and scripts use it: exit statuses, errors, JSON, waiting, logs."""

import json
import time

import pytest
from pods import POLITE, container, pod

WEB = pod("/web", container("srv", "echo ready; echo second >&2; exec sleep infinity"), container("log", POLITE))


def test_status_exits_as_systemctl_does(machine, pods):
    assert machine.podctl("status", check=False).status == 0
    pods.apply(WEB)
    assert machine.podctl("status", "/web", check=False).status == 0
    machine.podctl("stop", "/web")
    assert machine.podctl("status", "/web", check=False).status == 3
    unknown = machine.podctl("status", "/nowhere", check=False)
    assert unknown.status == 4 and "'/nowhere': there is no such pod" in unknown.stderr
    assert machine.podctl("status", "/web", "/nowhere", check=False).status == 4


def test_status_of_an_instance(machine, pods):
    pods.apply(WEB)
    (name,) = pods.instances("/web")
    shown = machine.podctl("status", name)
    assert "Executor: pod-web-" in shown.stdout and "srv: running" in shown.stdout
    machine.podctl("stop", "/web")
    assert machine.podctl("status", name, check=False).status == 4


@pytest.mark.parametrize("words, status, complaint", [
    (("statsu",), 2, "unknown command 'statsu', did you mean 'status'?"),
    (("status", "--propety=x"), 2, "unknown option '--propety', did you mean '--property'?"),
    (("stop",), 2, "too few arguments"),
    (("wait", "/web", "--for=happy"), 2, "'happy' is none of: stable, stopped"),
    (("stop", "/nowhere"), 4, "pod '/nowhere': there is no such pod"),
    (("delete", "/nowhere"), 4, "pod '/nowhere': there is no such pod"),
    (("show", "/nowhere"), 4, "pod '/nowhere': there is no such pod"),
    (("cat", "/nowhere"), 4, "pod '/nowhere': there is no such pod"),
    (("diff", "/nowhere"), 2, "pod '/nowhere': there is no such pod"),
    (("rollback", "/nowhere"), 4, "pod '/nowhere': there is no such pod"),
    (("purge", "/nowhere"), 4, "pod '/nowhere': there is no history"),
    (("delete", "--dry-run", "/nowhere"), 2, "option '--dry-run' is for: apply; not for delete"),
    (("history", "/never-seen"), 4, "pod '/never-seen': there is no such pod, and no history of one"),
    (("apply", "/root/not-there.json"), 1, "'/root/not-there.json': No such file or directory"),
    (("stop", "not an id"), 2, "'not an id' cannot be the id of a pod"),
])
def test_mistakes_are_named_and_have_their_exit_status(machine, words, status, complaint):
    answer = machine.podctl(*words, check=False)
    assert answer.status == status, answer
    assert answer.stderr.startswith("podctl: ") and complaint in answer.stderr
    assert answer.stdout == ""


def test_help_names_every_verb(machine):
    shown = machine.podctl("--help").stdout
    for verb in ("list", "status", "show", "start", "stop", "restart", "apply", "verify", "delete", "cat", "logs",
                 "wait", "history", "diff", "rollback", "purge", "deployments", "list-instances"):
        assert f"  {verb} " in shown
    assert machine.podctl("--version").stdout.startswith("podctl")


def test_verify_points_at_the_mistake_and_needs_no_podd(machine):
    machine.write("/root/bad.json", '{\n  "id": "/web",\n  "containers": [\n    { "nam": "srv" }\n  ]\n}\n')
    answer = machine.podctl("verify", "/root/bad.json", check=False)
    assert answer.status == 1
    first = answer.stderr.splitlines()[0]
    assert first.startswith("/root/bad.json:4:") and "/containers/0" in first
    assert "did you mean 'name'" in answer.stderr
    machine.write("/root/bad.json", '{\n  "id": "/web",\n  "id": "/web"\n}')
    assert "/root/bad.json:3:" in machine.podctl("verify", "/root/bad.json", check=False).stderr
    problems = machine.podctl("verify", "/root/bad.json", "--json=short", check=False).json()
    assert {(each["severity"], each["line"]) for each in problems} >= {("error", 3)}
    machine.write("/root/bad.json", json.dumps(WEB))
    assert machine.podctl("verify", "/root/bad.json").stdout == "/root/bad.json: pod '/web' is valid\n"
    machine.run("rm /root/bad.json")


def test_verify_shows_the_line_and_tells_errors_from_notes(machine):
    def verify(text, *options):
        return machine.podctl("verify", "-", *options, input=text, check=False)

    broken = verify('{\n  "id": "/web",\n  oops\n}\n')
    assert broken.status == 1
    assert broken.stderr.startswith("<stdin>:3:3: error: ") and "\n    3 |   oops\n      |   ^\n" in broken.stderr
    noted = json.dumps({**WEB, "containers": [{**WEB["containers"][0], "image": {"kind": "DOCKER", "id": "nginx"}}]})
    shown = verify(noted)
    assert shown.status == 0 and ": note: /containers/0/image: " in shown.stderr
    assert shown.stdout == "<stdin>: pod '/web' is valid\n"
    quiet = verify(noted, "--quiet")
    assert (quiet.status, quiet.stdout, quiet.stderr) == (0, "", "")
    (problem,) = verify(noted, "--json=short").json()
    assert problem["severity"] == "note" and problem["pointer"] == "/containers/0/image" and problem["file"] == "<stdin>"
    assert problem["line"] == 1 and problem["column"] > 1 and problem["rule"]
    (problem,) = verify(json.dumps({**WEB, "lables": {}}), "--json=short").json()
    assert problem["pointer"] == "/lables" and "labels" in problem["suggestion"] and problem["value"] == "{}"


def test_json_forms_parse_and_agree(machine, pods):
    (applied,) = pods.apply(WEB, "--json=short").json()
    assert (applied["pod"], applied["outcome"], applied["result"]) == ("/web", "created", "done")
    (row,) = machine.podctl("list", "--json=pretty").json()
    assert row == {"id": "/web", "state": "stable", "running": 1, "wanted": 1, "version": applied["version"],
                   "target": applied["version"]}
    (instance,) = machine.podctl("list-instances", "--json=short").json()
    (shown,) = machine.podctl("status", "--json=short").json()
    assert shown["Instances"][0]["Name"] == instance["instance"] and shown["Version"] == applied["version"]
    assert machine.podctl("show", "--json=short").json()[0]["NPods"] == 1
    assert machine.podctl("deployments", "--json=short").json() == []
    last = machine.podctl("history", "/web", "--json=short").json()[-1]
    assert (last["version"], last["state"]) == (applied["version"], "deployed")
    assert machine.podctl("cat", "/web", "--json=short").json()["id"] == "/web"


def test_list_takes_patterns_and_legends_can_be_had_without(machine, pods):
    pods.apply(WEB)
    pods.apply({**WEB, "id": "/other/web"})
    assert machine.podctl("list", "/oth*", "--no-legend").stdout.split()[:3] == ["/other/web", "stable", "1/1"]
    assert "2 pods listed." in machine.podctl("list").stdout
    assert machine.podctl("list", "--quiet", "/none*").stdout == ""


def test_cat_and_apply_are_a_round_trip(machine, pods):
    pods.apply({**WEB, "labels": {"umlaut": "ä\"\\\n"}, "environment": {"A": "$B"}})
    assert machine.run("podctl cat /web | podctl apply -").stdout.startswith("unchanged /web ")
    machine.podctl("stop", "/web")
    assert machine.run("podctl cat web | podctl apply --strict -").stdout.startswith("unchanged /web ")


def test_show_gives_scripts_single_properties(machine, pods):
    pods.apply(WEB)
    assert machine.podctl("show", "/web", "-p", "State", "--value").stdout == "stable\n"
    assert machine.podctl("show", "web", "-p", "State", "-p", "Goal").stdout == "Goal=up\nState=stable\n"
    (name,) = pods.instances("/web")
    assert machine.podctl("show", f"{name}/srv", "-p", "State", "--value").stdout == "running\n"
    wrong = machine.podctl("show", "/web", "-p", "Staet", check=False)
    assert wrong.status == 2 and "did you mean 'State'?" in wrong.stderr


def test_wait_ends_when_the_state_is_reached_or_the_time_is_up(machine, pods):
    pods.apply(WEB)
    assert machine.podctl("wait", "/web").status == 0
    start = time.monotonic()
    late = machine.podctl("wait", "/web", "--for=stopped", "--timeout=0.3", check=False)
    assert late.status == 1 and "it is not stopped after 300ms" in late.stderr
    assert time.monotonic() - start >= 0.3
    waiting = machine.popen("podctl", "wait", "/web", "--for=stopped")
    machine.podctl("stop", "/web")
    assert waiting.wait(30) == 0
    assert machine.podctl("wait", "/nowhere", check=False).status == 4


def test_wait_goes_on_when_podd_is_restarted(machine, pods):
    pods.apply(WEB)
    waiting = machine.popen("podctl", "wait", "/web", "--for=stopped", "--timeout=60")
    machine.run("systemctl", "restart", "podd.service")
    machine.podctl("stop", "/web")
    assert waiting.wait(60) == 0


def test_wait_starts_no_podd_that_was_stopped(machine, pods):
    pods.apply(WEB)
    waiting = machine.popen("podctl", "wait", "/web", "--for=stopped", "--timeout=60")
    time.sleep(0.3)  # it has asked once
    machine.run("systemctl", "stop", "podd.service")
    time.sleep(1)
    assert machine.run("systemctl", "is-active", "podd.service", check=False).stdout.strip() == "inactive"
    assert waiting.poll() is None
    machine.run("systemctl", "start", "podd.service")
    machine.podctl("stop", "/web")
    assert waiting.wait(60) == 0


def test_no_block_returns_before_the_work_is_done(machine, pods):
    slow = pod("/slow", container("only", "trap 'until [ -e /srv/go ]; do sleep 0.1; done; exit 0' TERM; echo up; "
                                          "while :; do sleep 0.1; done", lifecycle={"killGracePeriodSeconds": 120}))
    pods.apply(slow)
    pods.wait_line("/slow", "up")
    machine.podctl("stop", "--no-block", "/slow")
    assert pods.show("/slow")["State"] == "stopping"
    (deployment,) = machine.podctl("deployments", "--json=short").json()
    assert (deployment["type"], deployment["pod"]) == ("stop", "/slow")
    machine.run("touch /srv/go")
    pods.wait_state("/slow", "stopped")
    machine.run("rm /srv/go")
    assert machine.podctl("deployments", "--json=short").json() == []


def test_logs(machine, pods):
    pods.apply({**WEB, "id": "/logs"})
    pods.wait_line("/logs", "second")
    pods.wait_line("/logs", "ready")
    (name,) = pods.instances("/logs")
    for selection in (("/logs",), ("logs", "srv"), (name,), (name, "srv")):
        assert sorted(machine.podctl("logs", "-o", "cat", *selection).stdout.split()) == ["ready", "second"]
    assert machine.podctl("logs", "logs", "log").stdout == ""
    assert len(machine.podctl("logs", "logs", "srv", "-n", "1").stdout.splitlines()) == 1
    assert "srv[" in machine.podctl("logs", "logs").stdout, "the short form is journalctl's"


def test_logs_follow_shows_new_lines_and_ends_when_told(machine, pods):
    talks = "n=0; while :; do n=$((n+1)); echo line $n; sleep 0.2; done"
    pods.apply(pod("/talks", container("only", talks, lifecycle={"killGracePeriodSeconds": 0})))
    shown = machine.run("podctl logs -f -o cat /talks | head -n 15", timeout=120).stdout.splitlines()
    assert len(shown) == 15
    first = int(shown[0].split()[1])
    assert shown == [f"line {first + i}" for i in range(15)]
    ended = machine.run("timeout --signal=INT 2 podctl logs -f /talks >/dev/null", check=False)
    assert ended.status == 124 and ended.stderr == "", "timeout had to end it, and it went quietly"
