# SPDX-License-Identifier: LGPL-2.1-or-later
"""A pod is units: what systemctl, systemd-cgls and journalctl show of it."""

import re

import pytest
from pods import container, journal_entries, main_pid, pod, units

SAYS = "echo hello from $MESOS_TASK_ID; echo and an error >&2; exec sleep infinity"
SHOP = pod("/lab/shop", container("api", SAYS), container("cache", SAYS), container("audit", SAYS))
CONTAINERS = ("api", "cache", "audit")


@pytest.fixture
def shop(pods):
    """The stem of the unit names of the running instance: pod-lab-shop-1."""
    pods.apply(SHOP)
    (instance,) = pods.status("/lab/shop")["Instances"]
    for name in CONTAINERS:
        pods.wait_line(instance["Name"], "hello", name)
        pods.wait_line(instance["Name"], "and an error", name)
    assert instance["Unit"] == f"pod-lab-shop-{instance['Number']}.slice"
    return instance["Unit"].removesuffix(".slice")


def children(tree, name):
    """The names below NAME in what a tool draws as a tree."""
    lines = [re.sub("[│├└─]", " ", line).rstrip() for line in tree.splitlines()]
    depth = {line: len(line) - len(line.lstrip()) for line in lines}
    at = next(i for i, line in enumerate(lines) if line.split()[:1] == [name])
    below = []
    for line in lines[at + 1:]:
        if depth[line] <= depth[lines[at]]:
            break
        below.append(line)
    direct = min(depth[line] for line in below)
    return {line.split()[0] for line in below if depth[line] == direct}


def test_systemctl_status_of_the_pod_slice_shows_the_tree(machine, shop):
    shown = machine.run("systemctl", "status", "--no-pager", "--full", "pod-lab-shop.slice").stdout
    assert "Active: active" in shown
    for name in CONTAINERS:
        assert f"{shop}-{name}.scope" in shown
    assert children(shown, f"{shop}.slice") == {f"{shop}-{name}.scope" for name in CONTAINERS}
    assert f"{shop}.scope" in shown, "the executor has a scope beside the instance's slice"
    assert "hello from" in shown or "and an error" in shown, "the log tail has the containers' lines"


def test_systemd_cgls_shows_one_scope_per_container(machine, shop):
    shown = machine.run("systemd-cgls", "--no-pager", "--full", "--unit", f"{shop}.slice").stdout
    scopes = re.findall(r"[\w.-]+\.scope", shown)
    assert sorted(scopes) == sorted(f"{shop}-{name}.scope" for name in CONTAINERS)


def test_units_say_what_they_are_and_belong_together(machine, shop):
    loaded = units(machine, "pod-lab*")
    scopes = [f"{shop}-{name}.scope" for name in CONTAINERS]
    assert set(loaded) == {"pod-lab.slice", "pod-lab-shop.slice", f"{shop}.slice", f"{shop}.scope", *scopes}
    assert set(loaded.values()) == {"active"}
    for scope in scopes:
        shown = machine.run("systemctl", "show", scope, "-p", "BindsTo,Slice,KillMode,CollectMode,Delegate").stdout
        assert f"BindsTo={shop}.scope" in shown and f"Slice={shop}.slice" in shown
        assert "KillMode=control-group" in shown and "CollectMode=inactive-or-failed" in shown
        assert "Delegate=yes" in shown
    assert "Container api of pod instance /lab/shop." in machine.run("systemctl", "show", "-P", "Description",
                                                                      scopes[0]).stdout


@pytest.mark.parametrize("of", ["scope", "instance", "pod"])
def test_journalctl_of_every_unit_shows_the_lines(machine, shop, of):
    unit = {"scope": f"{shop}-api.scope", "instance": f"{shop}.slice", "pod": "pod-lab-shop.slice"}[of]
    shown = machine.journal("--unit", unit)
    number = shop.rsplit("-", 1)[1]
    assert f"hello from /lab/shop.{number}.api" in shown
    assert (f"hello from /lab/shop.{number}.cache" in shown) == (of != "scope")
    assert (f"hello from /lab/shop.{number}.audit" in shown) == (of != "scope")


def test_lines_carry_the_pod_and_what_journald_itself_vouches_for(machine, pods, shop):
    number = shop.rsplit("-", 1)[1]
    version = pods.show("/lab/shop")["Version"]
    pids = pods.pids("/lab/shop")
    for name in CONTAINERS:
        entries = [entry for entry in journal_entries(machine, "POD_ID=/lab/shop", f"CONTAINER_NAME={name}")
                   if entry["POD_INSTANCE"] == f"/lab/shop.{number}" and "PODD_EVENT" not in entry]
        said = {entry["PODD_STREAM"]: entry["MESSAGE"] for entry in entries}
        assert said == {"stdout": f"hello from /lab/shop.{number}.{name}", "stderr": "and an error"}
        for entry in entries:
            assert entry["POD_VERSION"] == version
            assert entry["SYSLOG_IDENTIFIER"] == name
            assert entry["PRIORITY"] == "6"
            assert entry["_SYSTEMD_UNIT"] == f"{shop}-{name}.scope"
            assert entry["_SYSTEMD_SLICE"] == f"{shop}.slice"
            assert int(entry["_PID"]) == pids[name]


def test_lines_outlive_the_pod(machine, pods, shop):
    said = f"hello from /lab/shop.{shop.rsplit('-', 1)[1]}.cache"
    machine.podctl("delete", "/lab/shop")
    for unit in (f"{shop}-cache.scope", f"{shop}.slice", "pod-lab-shop.slice"):
        assert said in machine.journal("--unit", unit)
    assert said in machine.podctl("logs", "lab/shop").stdout


def test_podd_and_the_spawner_run_as_their_units(machine):
    for unit, program in (("podd.service", "podd"), ("podd-spawner.service", "podd-executor")):
        assert machine.read(f"/proc/{main_pid(machine, unit)}/comm").strip() == program
