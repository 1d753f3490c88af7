# SPDX-License-Identifier: LGPL-2.1-or-later
"""Endpoints on the host's network: ports that are named, and ports that are granted, each to one instance. Whoever has a
port already is named, and nothing is left of the launch that it refused."""

import time

import pytest
from configuration import configured
from pods import FOREVER, container, main_pid, pod, restarted, scaled, units

# Answers its own port to whoever connects to it.
SERVER = r"""exec perl -MIO::Socket::INET -e '
    my $port = $ENV{ENDPOINT_WEB};
    my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $port, Listen => 16, ReuseAddr => 1)
        or die "port $port: $!";
    $SIG{TERM} = sub { exit 0 };
    while (1) { my $client = $server->accept or next; print $client "$port\n"; close $client }'
"""
ASK = 'use IO::Socket::INET; my $peer = IO::Socket::INET->new("127.0.0.1:$ARGV[0]") or die; print <$peer>'
TAKES_PORT = r"""use IO::Socket::INET; $0 = "squatter";
    my @sockets = map { IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 18081, Proto => $_,
        ($_ eq "tcp" ? (Listen => 1) : ())) or die $! } qw(tcp udp); sleep 1000"""


def asked(machine, port):
    return machine.run("perl", "-e", ASK, str(port)).stdout.strip()


def rows(machine, *pods):
    return machine.podctl("endpoints", *pods, "--json=short").json()


def leases(machine):
    return machine.run("ls /run/podd/leases 2>/dev/null", check=False).stdout.split()


def refusal(pods, pod_id):
    return pods.wait_property(pod_id, lambda now: now["Failures"] >= 1, "the launch to be refused")["LastFailure"]


@pytest.fixture
def squatter(machine):
    """A service that has port 18081; its name and PID."""
    machine.run("systemd-run", "--unit=squatter", "--quiet", "perl", "-e", TAKES_PORT)
    try:
        machine.wait_for("grep -q 0100007F:46A1 /proc/net/udp", "port 18081 to be taken")
        yield main_pid(machine, "squatter.service")
    finally:
        machine.run("systemctl", "stop", "squatter.service", check=False)


def test_twenty_instances_have_ports_of_their_own(machine, pods):
    web = container("web", SERVER, endpoints=[{"name": "web"}],
                    check={"tcp": {"endpoint": "web"}, "intervalSeconds": 1, "delaySeconds": 0})
    pods.apply(scaled(pod("/farm", web), 20), "--timeout=120", timeout=120)
    found = rows(machine, "/farm")
    ports = {row["Instance"]: row["HostPort"] for row in found}
    assert len(ports) == 20 == len(set(ports.values()))
    assert all(31000 <= port <= 32000 for port in ports.values())
    assert {(row["Container"], row["Name"], row["Protocol"], row["ContainerPort"]) for row in found} == {
        ("web", "web", "tcp", None)}
    for port in ports.values():
        assert asked(machine, port) == str(port)
    assert sorted(leases(machine)) == sorted(f"tcp-{port}" for port in ports.values())
    # A new podd knows them, and gives none of them away.
    old = main_pid(machine, "podd.service")
    machine.run("kill", "-9", str(old))
    restarted(machine, "podd.service", old)
    assert {row["Instance"]: row["HostPort"] for row in rows(machine, "/farm")} == ports
    pods.apply(pod("/one", container("web", SERVER, endpoints=[{"name": "web"}])))
    (one,) = rows(machine, "/one")
    assert one["HostPort"] not in ports.values()
    assert f"web {one['HostPort']}/tcp" in machine.podctl("status", "/one").stdout
    time.sleep(2.5)  # by now the new podd has looked for what nobody has any more
    assert len(leases(machine)) == 21
    pods.apply(scaled(pod("/farm", web), 3), "--timeout=120", timeout=120)
    assert len(rows(machine, "/farm")) == 3 and len(leases(machine)) == 4
    machine.podctl("delete", "/farm", "/one")
    assert leases(machine) == []


def test_variables_tell_the_port_to_every_container(machine, pods):
    endpoints = [{"name": "web-site"}, {"name": "fixed", "hostPort": 18082, "protocol": ["udp", "tcp"]}]
    tell = 'echo "$ENDPOINT_WEB_SITE $EP_HOST_WEB_SITE $ENDPOINT_FIXED $EP_HOST_FIXED ${EP_CONTAINER_FIXED-none}"; ' + FOREVER
    pods.apply(pod("/told", container("a", tell, endpoints=endpoints), container("b", tell)))
    found = {(row["Name"], row["Protocol"]): row["HostPort"] for row in rows(machine, "/told")}
    port = found.pop(("web-site", "tcp"))
    assert found == {("fixed", "tcp"): 18082, ("fixed", "udp"): 18082}
    for name in "ab":
        pods.wait_line("/told", f"{port} {port} 18082 18082 none", name)


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_a_port_of_a_program_refuses_the_launch_and_names_it(machine, pods, squatter, protocol):
    definition = pod("/late", container("c", endpoints=[{"name": "web", "hostPort": 18081, "protocol": [protocol]}]))
    failed = pods.apply(definition, check=False)
    held = f"endpoint 'web': port 18081/{protocol} is held by squatter.service, PID {squatter}"
    assert failed.status == 1 and held in failed.stderr, failed.stderr
    assert held in refusal(pods, "/late")
    machine.podctl("stop", "/late")
    assert leases(machine) == [] and not units(machine, "pod-late*")
    # Once it is free it is the pod's.
    machine.run("systemctl", "stop", "squatter.service")
    machine.podctl("start", "/late")
    assert leases(machine) == [f"{protocol}-18081"]


def test_a_port_of_another_pod_refuses_the_launch_and_names_it(machine, pods):
    def definition(pod_id):
        return pod(pod_id, container("c", endpoints=[{"name": "web", "hostPort": 18083}]))

    pods.apply(definition("/owner"))
    (owner,) = pods.instances("/owner")
    failed = pods.apply(definition("/other"), check=False)
    held = f"endpoint 'web': port 18083/tcp is held by instance '{owner}'"
    assert failed.status == 1 and held in failed.stderr, failed.stderr
    assert held in refusal(pods, "/other")
    assert not units(machine, "pod-other-*")
    machine.podctl("delete", "/owner")
    pods.wait_state("/other", "stable")
    machine.podctl("restart", "/other")
    assert leases(machine) == ["tcp-18083"]


def test_a_range_that_is_used_up(machine, pods):
    with configured(machine, "port-range = 31500-31501\n"):
        web = container("c", endpoints=[{"name": "web"}])
        failed = pods.apply(scaled(pod("/few", web), 3), check=False)
        full = "endpoint 'web': no port of 31500-31501 is free (port-range in podd.conf)"
        assert failed.status == 1 and full in failed.stderr, failed.stderr
        pods.apply(scaled(pod("/few", web), 2), "--force")
        assert sorted(row["HostPort"] for row in rows(machine)) == [31500, 31501]
        pods.delete_all()
