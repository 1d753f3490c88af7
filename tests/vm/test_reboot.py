# SPDX-License-Identifier: LGPL-2.1-or-later
"""A reboot: declared pods and enabled pod@ units are back, graces were honoured before the network went, and the history of
ends is still there."""

import json

import pytest

from pods import Pods, container, journal_entries, pod

PODS = 20
# Takes longer to end than any unit of the network, and says when it has.
SLOW = "trap 'sleep 1.5; echo at peace; exit 0' TERM; while :; do sleep 0.1; done"
NETWORK = """[Unit]
Before=network.target
Wants=network.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/true
ExecStop=/bin/echo the network goes
[Install]
WantedBy=multi-user.target
"""


@pytest.fixture(scope="module")
def host(boot):
    booted = boot()
    try:
        yield booted
    finally:
        booted.stop()


def unit(number):
    return f"pod@boot-p{number}.service"


def boot_id(host):
    return host.read("/proc/sys/kernel/random/boot_id").strip().replace("-", "")


def test_all_is_back_and_the_network_went_last(host):
    pods = Pods(host)
    host.write("/etc/systemd/system/fake-network.service", NETWORK)
    host.run("mkdir -p /var/log/journal; systemctl restart systemd-journald; systemctl daemon-reload; "
             "systemctl enable --quiet --now fake-network.service")
    for number in range(PODS):
        definition = pod(f"/boot/p{number}", container("only", SLOW, lifecycle={"killGracePeriodSeconds": 10}))
        host.write(f"/etc/podd/pods.d/p{number}.json", json.dumps(definition))
    host.run("systemctl", "reload", "podd.service", timeout=120)
    for number in range(PODS):
        pods.wait_state(f"/boot/p{number}", "stable", timeout=120)
    host.run("systemctl", "enable", "--quiet", "--now", *map(unit, range(PODS)), timeout=240)
    pods.apply(pod("/boot/fails", container("only", "exit 5")), "--no-block")
    host.wait_for(lambda: pods.show("/boot/fails")["Terminations"], "a failure")
    host.podctl("stop", "/boot/fails")
    known = pods.show("/boot/fails")["Terminations"]
    first = boot_id(host)
    host.reboot()
    assert boot_id(host) != first
    for number in range(PODS):
        host.wait_for(f"systemctl is-active --quiet {unit(number)}", f"{unit(number)} to be active", timeout=120)
        pods.wait_state(f"/boot/p{number}", "stable", timeout=120)
        assert len(pods.instances(f"/boot/p{number}")) == 1
    assert host.run("systemctl", "--failed", "--plain", "--no-legend").stdout == ""
    assert pods.show("/boot/fails")["Terminations"] == known and pods.show("/boot/fails")["State"] == "stopped"
    for number in range(PODS):
        ends = pods.show(f"/boot/p{number}")["Terminations"]
        assert [each for each in ends if each["BootId"] == first] == [], "a shutdown is no failure"
    before = journal_entries(host, "_BOOT_ID=" + first)
    times = {text: [int(entry["__MONOTONIC_TIMESTAMP"]) for entry in before if entry.get("MESSAGE") == text]
             for text in ("at peace", "the network goes")}
    assert len(times["at peace"]) == PODS and len(times["the network goes"]) == 1
    assert max(times["at peace"]) < min(times["the network goes"])
