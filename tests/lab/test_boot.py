# SPDX-License-Identifier: LGPL-2.1-or-later
"""The machine itself is what the other tests take it for."""

import uuid

import pytest


def test_systemd_runs_as_pid_1_and_nothing_failed(machine):
    assert machine.read("/proc/1/comm").strip() == "systemd"
    assert machine.run("systemctl", "is-system-running").stdout.strip() == "running"


def test_systemd_manages_a_cgroup2_tree_of_its_own(machine):
    assert machine.run("stat", "--file-system", "--format=%T", "/sys/fs/cgroup").stdout.strip() == "cgroup2fs"
    assert machine.read("/proc/1/cgroup").splitlines()[-1] == "0::/init.scope"
    machine.run("systemd-run --wait --quiet --slice=lab.slice sh -c 'grep -q /lab.slice/ /proc/self/cgroup'")


def test_journal_stores_what_a_unit_says(machine):
    unit, words = "lab-says.service", str(uuid.uuid4())
    machine.run("systemd-run", "--wait", "--quiet", f"--unit={unit}", "echo", words)
    machine.run("journalctl", "--sync")
    assert words in machine.journal("--unit", unit)


def test_bus_starts_services_on_demand(machine):
    names = machine.run("busctl", "list", "--activatable", "--no-legend").stdout
    assert "org.freedesktop.hostname1" in names
    assert machine.name in machine.run("hostnamectl", "hostname").stdout
    machine.run("systemctl", "stop", "systemd-hostnamed.service", "systemd-hostnamed.socket", check=False)
    machine.run("systemctl", "start", "systemd-hostnamed.socket", check=False)


def may(machine, user):
    """Whether polkit lets USER stop units."""
    verdict = machine.run(
        "systemctl", "--no-ask-password", "stop", "lab-target-that-is-not.service", user=user, check=False
    )
    return "Access denied" not in verdict.stderr and "authentication" not in verdict.stderr


def test_polkit_tells_users_apart(machine):
    assert may(machine, None)
    assert not may(machine, "alice")


def test_unprivileged_user_is_one(machine):
    assert machine.run("id", "-u", user="alice").stdout.strip() == "1000"
    assert machine.run("cat", "/etc/shadow", user="alice", check=False).status != 0
    machine.run("busctl", "call", "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                "org.freedesktop.DBus.Peer", "Ping", user="alice")


def test_exit_status_and_input_go_through(machine):
    assert machine.run("exit 7", check=False).status == 7
    assert machine.run("cat", "-", input="hello").stdout == "hello"
    machine.write("/tmp/lab/file", "text\n")
    assert machine.read("/tmp/lab/file") == "text\n"
    machine.run("rm -r /tmp/lab")


def test_loopback_is_up_and_there_is_no_other_link(machine):
    links = machine.run("ip", "-br", "link").stdout.splitlines()
    assert len(links) == 1 and links[0].startswith("lo") and "UP" in links[0]


LEAKS = {
    "file": ("touch /tmp/leak", "rm /tmp/leak"),
    "link": ("ip link add leak type veth peer name kael", "ip link del leak"),
    "mount": ("mount -t tmpfs leak /mnt", "umount /mnt"),
    "nft": ("nft add table inet leak", "nft delete table inet leak"),
    "unit": ("systemd-run --quiet --unit=pod-leak.service sleep infinity", "systemctl stop pod-leak.service"),
    "cgroup": ("systemd-run --quiet --slice=pod-leak.slice --unit=leak.service sleep infinity",
               "systemctl stop leak.service pod-leak.slice; "
               "test -e /usr/lib/systemd/system/pod.slice || systemctl stop pod.slice"),
    "process": ("setsid sleep infinity >/dev/null 2>&1 & mkdir -p /sys/fs/cgroup/lab; echo $! >/sys/fs/cgroup/lab/cgroup.procs",
                "kill $(cat /sys/fs/cgroup/lab/cgroup.procs); until rmdir /sys/fs/cgroup/lab; do sleep 0.1; done"),
    "namespace": ("systemd-run --quiet --unit=leak.service -p PrivateNetwork=yes sleep infinity", "systemctl stop leak.service"),
    "sysvipc": ("ipcmk --queue", "ipcrm --all=msg"),
    "address": ("ip addr add 192.0.2.1/32 dev lo", "ip addr del 192.0.2.1/32 dev lo"),
    "transient": ("systemd-run --quiet --unit=leak.service sleep infinity", "systemctl stop leak.service"),
    "job": ("systemd-run --quiet --no-block --unit=leak.service -p Type=notify sleep infinity", "systemctl stop leak.service"),
    "socket": ("systemd-run --quiet --unit=leak --socket-property=ListenStream=/run/leak true",
               "systemctl stop leak.socket; rm /run/leak"),
    "state": ("mkdir -p /var/lib/podd/pods/leak; echo >/var/lib/podd/pods/leak/file", "rm -r /var/lib/podd/pods/leak"),
}


@pytest.mark.parametrize("kind", LEAKS)
def test_fingerprint_sees_a_leaked(machine, kind):
    leak, undo = LEAKS[kind]
    before = machine.fingerprint()
    machine.run(leak)
    machine.wait_for(lambda: any(line.startswith(f"{kind} ") for line in set(machine.fingerprint()) - set(before)),
                     f"a leaked {kind} in the fingerprint")
    machine.run(undo)
