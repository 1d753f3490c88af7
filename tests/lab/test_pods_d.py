# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pods that are declared in pods.d."""

import json

import pytest
from pods import container, main_pid, pod, restarted, scaled

ETC, RUN, LIB = "/etc/podd/pods.d", "/run/podd/pods.d", "/usr/lib/podd/pods.d"


@pytest.fixture
def declare(machine, pods):
    """A function that writes a definition below a directory; all of them are gone afterwards."""

    def write(definition, name, directory=ETC):
        text = definition if isinstance(definition, str) else json.dumps(definition)
        machine.write(f"{directory}/{name}.json", text)

    yield write
    machine.run(f"rm -rf {ETC} {RUN} {LIB}; systemctl reload podd.service")


def reload_pods(machine, **options):
    return machine.podctl("reload", **options)


def test_they_are_applied_at_start_and_reload_but_only_when_they_have_changed(machine, pods, declare):
    declare(pod("/declared/a", container("only")), "a")
    declare(pod("/declared/b", container("only")), "b", LIB)
    machine.run("systemctl", "restart", "podd.service")
    pods.wait_state("/declared/a", "stable")
    pods.wait_state("/declared/b", "stable")
    machine.podctl("stop", "/declared/a")
    machine.podctl("scale", "/declared/b", "2")
    machine.run("systemctl", "restart", "podd.service")
    assert reload_pods(machine).stdout == ""
    assert pods.show("/declared/a")["State"] == "stopped"
    assert pods.show("/declared/b")["InstancesWanted"] == 2
    declare(scaled(pod("/declared/b", container("only")), 3), "b", ETC)
    assert reload_pods(machine).stdout == f"/declared/b changed by {ETC}/b.json\n"
    pods.wait_property("/declared/b", lambda now: now["InstancesRunning"] == 3, "three instances")


def test_a_bad_file_is_told_everywhere_and_the_others_go_on(machine, pods, declare):
    declare('{"id": "/declared/bad"}', "bad")
    declare(pod("/declared/good", container("only")), "good")
    refused = reload_pods(machine, check=False)
    assert refused.status == 1 and f"{ETC}/bad.json: " in refused.stderr and "containers" in refused.stderr
    assert f"/declared/good created by {ETC}/good.json" in refused.stdout
    assert machine.run("systemctl", "reload", "podd.service", check=False).status != 0
    assert "1 declared one is refused" in machine.run("systemctl", "status", "podd.service").stdout
    assert "bad.json" in machine.run("podctl", "show", "--property=RefusedDeclarations").stdout
    assert "bad.json" in machine.journal("--unit=podd.service", "--priority=err")
    machine.run("systemctl", "restart", "podd.service")
    pods.wait_state("/declared/good", "stable")
    machine.run(f"rm {ETC}/bad.json; systemctl reload podd.service")
    assert "refused" not in machine.run("systemctl", "show", "-P", "StatusText", "podd.service").stdout


def test_directories_hide_each_other_and_a_pod_outlives_its_file(machine, pods, declare):
    declare(pod("/declared/a", container("only"), labels={"from": "lib"}), "a", LIB)
    declare(pod("/declared/a", container("only"), labels={"from": "run"}), "a", RUN)
    declare(pod("/declared/masked", container("only")), "masked", LIB)
    machine.run(f"mkdir -p {ETC}; ln -s /dev/null {ETC}/masked.json")
    reload_pods(machine)
    assert pods.show("/declared/a")["Labels"] == {"from": "run"}
    assert pods.ids() == ["/declared/a"]
    machine.run(f"rm {RUN}/a.json {LIB}/a.json")
    assert reload_pods(machine).stdout == "/declared/a stays, a.json does not declare it any more\n"
    assert reload_pods(machine).stdout == ""
    assert pods.show("/declared/a")["Goal"] == "up"


def test_sighup_reloads_and_nobody_else_may(machine, pods, declare):
    declare(pod("/declared/hup", container("only")), "hup")
    before = main_pid(machine, "podd.service")
    machine.run("kill", "-HUP", str(before))
    machine.wait_for(lambda: "/declared/hup" in pods.ids(), "the declared pod")
    assert main_pid(machine, "podd.service") == before
    assert machine.run("systemctl", "is-active", "podd.service").stdout.strip() == "active"
    assert machine.podctl("reload", user="nobody", check=False).status != 0


def test_a_podd_that_was_killed_goes_on_where_it_was(machine, pods, declare):
    for number in range(5):
        declare(pod(f"/declared/p{number}", container("only")), f"p{number}")
    before = main_pid(machine, "podd.service")
    kill = machine.popen("sh", "-c", f"kill -HUP {before}; kill -KILL {before}")
    assert kill.wait() == 0
    restarted(machine, "podd.service", before)
    for number in range(5):
        pods.wait_state(f"/declared/p{number}", "stable")
    assert reload_pods(machine).stdout == ""
