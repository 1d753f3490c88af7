# SPDX-License-Identifier: LGPL-2.1-or-later
"""The examples that we ship do what they say."""

import json
import pathlib

import pytest

EXAMPLES = sorted((pathlib.Path(__file__).parents[2] / "examples").glob("*.json"))
INSTALLED = "/usr/share/doc/podd/examples"


def test_hello_talks_over_localhost_and_shares_a_volume(machine, pods):
    applied = machine.podctl("apply", f"{INSTALLED}/hello.json")
    assert applied.stdout.startswith("created /hello (version ")
    lines = pods.wait_line("/hello", "fetched: page 1 of pod /hello", "client")
    assert all(line.startswith("fetched: ") for line in lines)
    shown = machine.podctl("status", "hello").stdout
    assert "Instances: 1 of 1 running" in shown
    assert "web: running, PID " in shown and "client: running, PID " in shown
    assert "fetched: page 1 of pod /hello" in shown, "the status ends with the last log lines"


def test_the_farm_answers_at_the_ports_that_are_shown(machine, pods):
    machine.podctl("apply", f"{INSTALLED}/farm.json")
    rows = machine.podctl("endpoints", "/examples/farm", "--json=short").json()
    assert len({row["HostPort"] for row in rows}) == 3
    for row in rows:
        page = machine.run("busybox", "wget", "-q", "-O", "-", f"http://127.0.0.1:{row['HostPort']}/").stdout.strip()
        assert page == f"{row['Instance']}.web"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_runs_and_goes(machine, pods, path):
    definition = json.loads(path.read_text())
    machine.podctl("verify", "--strict", f"{INSTALLED}/{path.name}")
    pods.apply(definition, "--strict")
    pods.wait_state(definition["id"], "stable")
    for instance in pods.status(definition["id"])["Instances"]:
        assert {each["Name"] for each in instance["Containers"]} == {each["name"] for each in definition["containers"]}
    machine.podctl("delete", definition["id"])
    assert definition["id"] not in pods.ids()
