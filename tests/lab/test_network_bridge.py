# SPDX-License-Identifier: LGPL-2.1-or-later
"""podd's own network: instances on a bridge, who reaches whom from where, and what is left when they are gone."""

import json

import pytest
from networks import (addresses, answer, ask, links, main_pids, namespaces, outside, server, table)
from pods import FOREVER, alive, container, main_pid, pod, restarted, scaled, units

ON_BRIDGE = [{"mode": "container"}]
WEB = {"name": "web", "containerPort": 8080, "protocol": ["tcp", "udp"]}
READY = {"tcp": {"endpoint": "web"}, "intervalSeconds": 1, "delaySeconds": 0}
BOTH = [(4, "tcp"), (4, "udp"), (6, "tcp"), (6, "udp")]


def web(pod_id, instances=1, networks=None, **endpoint):
    served = container("web", server(), endpoints=[{**WEB, **endpoint}], check=READY)
    return scaled(pod(pod_id, served, container("beside"), networks=networks or ON_BRIDGE), instances)


def port_of(machine, instance):
    (port,) = {row["HostPort"] for row in machine.podctl("endpoints", "--json=short").json()
               if row["Instance"] == instance}
    return port


def test_who_reaches_whom_and_is_seen_as_whom(machine, pods):
    pods.apply(web("/web", hostPort=0))
    pods.apply(pod("/other", container("asks"), networks=[{"mode": "container/bridge"}]))
    (instance,) = pods.status("/web")["Instances"]
    (other,) = pods.status("/other")["Instances"]
    name, pids = instance["Name"], main_pids(instance)
    at, asks = addresses(pods, name), main_pids(other)["asks"]
    seen_as = addresses(pods, other["Name"])
    port = port_of(machine, name)
    assert 31000 <= port <= 32000
    assert pods.show(name)["Networks"] == [{"Network": "podd", "Interface": "eth0",
                                            "Addresses": [f"{at[4]}/16", f"{at[6]}/64"]}]
    assert f"{at[4]} {at[6]}" in machine.podctl("status", "/web").stdout
    for family, proto in BOTH:
        # Containers of the instance, on its loopback interface and by its address.
        loopback = {4: "127.0.0.1", 6: "::1"}[family]
        assert answer(machine, loopback, 8080, pids["beside"], proto) == (f"{name}.web", loopback)
        # Another pod, and the host, by the pod's address.
        assert answer(machine, at[family], 8080, asks, proto) == (f"{name}.web", seen_as[family])
        gateway = {4: "10.213.0.1", 6: "fd70:6f64:6400::1"}[family]
        assert answer(machine, at[family], 8080, None, proto) == (f"{name}.web", gateway)
        # By the port of the host: the host itself, another pod, and the instance itself.
        for host in ([gateway, "127.0.0.1"] if family == 4 else [gateway]):
            assert answer(machine, host, port, None, proto)[0] == f"{name}.web"
        for pid in (asks, pids["beside"]):
            assert answer(machine, gateway, port, pid, proto)[0] == f"{name}.web"
    # The host's loopback interface is no way into the host from a pod, nor is another pod's.
    assert "refused" in ask(machine, "127.0.0.1", port, asks, check=False).stderr
    machine.podctl("delete", "/web")
    assert ask(machine, "127.0.0.1", port, check=False).status != 0


def test_from_the_outside_and_to_it(machine, pods):
    pods.apply(web("/web", hostPort=8088))
    (instance,) = pods.status("/web")["Instances"]
    name, inside = instance["Name"], main_pids(instance)["beside"]
    with outside(machine) as beyond:
        for proto in ("tcp", "udp"):
            for host, away in (("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::2")):
                assert answer(machine, host, 8088, beyond, proto) == (f"{name}.web", away), "the port leads in"
                assert answer(machine, away, 7000, inside, proto) == ("outside", host), "as the host, on the way out"
        # What is not mapped leads nowhere.
        assert "refused" in ask(machine, "192.0.2.1", 8089, beyond, check=False).stderr


def test_loopback_of_the_host_stays_its_own(machine, pods):
    """The bridge lets 127.0.0.1 lead to pods; nobody on it is to send the other way."""
    pods.apply(web("/web", hostPort=0))
    inside = main_pids(pods.status("/web")["Instances"][0])["beside"]
    machine.run("systemd-run", "--quiet", "--unit=private", "sh", "-c",
                server("7001", "private").replace('"::"', '"127.0.0.1"'))
    try:
        machine.wait_for("grep -q :1B59 /proc/net/tcp", "the host's service to listen")
        machine.run("nsenter", "-t", str(inside), "-n", "sh", "-c",
                    "ip address del 127.0.0.1/8 dev lo; ip route add 127.0.0.0/8 via 10.213.0.1;"
                    "echo 1 >/proc/sys/net/ipv4/conf/all/route_localnet")
        assert ask(machine, "127.0.0.1", 7001, inside, check=False).status != 0
    finally:
        machine.run("systemctl", "stop", "private.service")


def test_twenty_instances_have_addresses_and_ports_of_their_own(machine, pods):
    pods.apply(web("/farm", 20, hostPort=0), "--timeout=180", timeout=180)
    rows = machine.podctl("endpoints", "/farm", "--json=short").json()
    at = {row["Instance"]: row["Addresses"] for row in rows}
    ports = {row["Instance"]: row["HostPort"] for row in rows}
    assert len(at) == 20 == len({each for each, _ in at.values()}) == len({each for _, each in at.values()})
    assert len(set(ports.values())) == 20
    assert len(links(machine, "podd-")) == 20
    for instance, (four, six) in at.items():
        assert answer(machine, "127.0.0.1", ports[instance])[0] == f"{instance}.web"
        assert answer(machine, four, 8080)[0] == f"{instance}.web"
        assert answer(machine, six, 8080)[0] == f"{instance}.web"
    pods.apply(web("/farm", 2, hostPort=0), "--timeout=180", timeout=180)
    machine.wait_for(lambda: len(links(machine, "podd-")) == 2, "the links of 18 instances to go")


@pytest.mark.parametrize("network", [{}, {"mode": "container", "name": "podd"}, {"mode": "container/bridge"}],
                         ids=["unnamed", "named", "bridge"])
def test_variables_say_both_ports(machine, pods, network):
    told = """for name in ENDPOINT_WEB EP_CONTAINER_WEB EP_HOST_WEB ENDPOINT_IN EP_HOST_IN; do
        eval "echo $name=\\${$name-unset}"; done; echo told; exec sleep infinity"""
    endpoints = [{"name": "web", "containerPort": 80, "hostPort": 8090}, {"name": "in", "containerPort": 81}]
    pods.apply(pod("/told", container("a", told, endpoints=endpoints), container("b", told), networks=[network]))
    (instance,) = pods.instances("/told")
    inner = "unset" if network.get("mode") != "container/bridge" else str(
        next(row["HostPort"] for row in machine.podctl("endpoints", "--json=short").json() if row["Name"] == "in"))
    for name in ("a", "b"):
        assert pods.wait_line(instance, "told", name)[:5] == [
            "ENDPOINT_WEB=80", "EP_CONTAINER_WEB=80", "EP_HOST_WEB=8090", "ENDPOINT_IN=81", f"EP_HOST_IN={inner}"]


def test_on_a_bridge_the_port_of_the_host_is_also_that_of_the_container(machine, pods):
    served = container("web", server(), endpoints=[{"name": "web", "protocol": ["tcp"]}], check=READY)
    pods.apply(pod("/same", served, networks=[{"mode": "container/bridge"}]))
    (row,) = machine.podctl("endpoints", "/same", "--json=short").json()
    assert row["HostPort"] == row["ContainerPort"] and 31000 <= row["HostPort"] <= 32000
    assert answer(machine, "127.0.0.1", row["HostPort"])[0] == f"{row['Instance']}.web"


@pytest.mark.parametrize("holder", ["a service", "a pod"])
def test_a_port_that_is_taken_is_refused_with_who_has_it(machine, pods, holder):
    if holder == "a service":
        machine.run("systemd-run", "--quiet", "--unit=squatter", "sh", "-c", server("18081", "squatter"))
        machine.wait_for("grep -q :46A1 /proc/net/tcp6", "port 18081 to be taken")
        by = f"squatter.service, PID {main_pid(machine, 'squatter.service')}"
    else:
        pods.apply(web("/first", hostPort=18081))
        by = f"instance '{pods.instances('/first')[0]}'"
    before = links(machine), namespaces(machine)
    try:
        refused = machine.podctl("apply", "-", input=json.dumps(web("/second", hostPort=18081)), check=False)
        assert refused.status == 0 or "18081" in refused.stderr
        said = pods.wait_property("/second", lambda now: now["Failures"] >= 1, "the launch to be refused")
        assert f"endpoint 'web': port 18081/tcp is held by {by}" in said["LastFailure"]
        machine.podctl("stop", "/second")
        machine.wait_for(lambda: (links(machine), namespaces(machine)) == before, "nothing to be left")
        assert units(machine, "pod-second*") == {}
    finally:
        machine.run("systemctl", "stop", "squatter.service", check=False)


def test_nothing_is_left_of_the_last_one(machine, pods):
    pods.apply(web("/web", hostPort=0))
    (link,) = links(machine, "podd-")
    assert links(machine) == sorted([link, "podd0"]) and "ports4" in table(machine)
    assert machine.run("ls", "/run/podd/network/instances").stdout.split() == [pods.instances("/web")[0][1:].replace(".", "-")]
    machine.podctl("delete", "/web")
    machine.wait_for(lambda: links(machine) == [], "the bridge to go, as nobody is on it", timeout=30)
    assert table(machine) == ""
    machine.wait_for(lambda: main_pid(machine, "podd-network.service") == 0, "podd-network to end")
    assert machine.run("ls", "/run/podd/addresses").stdout == ""


def test_a_ruleset_that_is_flushed_is_whole_again(machine, pods):
    pods.apply(web("/web", hostPort=0))
    (name,) = pods.instances("/web")
    port = port_of(machine, name)
    whole = table(machine)
    for _ in range(3):
        machine.run("nft", "flush", "ruleset")
        machine.wait_for(lambda: table(machine) == whole, "the table to be made again", timeout=10)
        assert answer(machine, "127.0.0.1", port)[0] == f"{name}.web"
    # One that only looks into it, or changes another table, leaves it alone.
    machine.run("nft", "add", "table", "inet", "other")
    machine.run("nft", "delete", "table", "inet", "other")
    assert table(machine) == whole


def test_podd_network_is_killed_and_goes_on(machine, pods):
    pods.apply(web("/web", hostPort=0))
    (name,) = pods.instances("/web")
    port, whole, before = port_of(machine, name), table(machine), links(machine)
    for how in ("kill", "stop"):
        old = main_pid(machine, "podd-network.service")
        if how == "kill":
            machine.run("kill", "-9", str(old))
            restarted(machine, "podd-network.service", old)
        else:
            machine.run("systemctl", "stop", "podd-network.service")
            # While it is away nothing changes, and nobody looks after the table.
            machine.run("nft", "flush", "ruleset")
            pods.apply(pod("/wakes", container("it"), networks=ON_BRIDGE))
            machine.podctl("delete", "/wakes")
        machine.wait_for(lambda: table(machine) == whole and links(machine) == before, "the same as before")
        assert answer(machine, "127.0.0.1", port)[0] == f"{name}.web"
    machine.podctl("delete", "/web")
    machine.wait_for(lambda: links(machine, "podd-") == [], "the link to go")


@pytest.mark.parametrize("killed", ["podd", "executor", "spawner"])
def test_whoever_is_killed_no_address_or_link_is_lost(machine, pods, killed):
    pods.apply(web("/web", hostPort=0))
    (instance,) = pods.status("/web")["Instances"]
    name, at = instance["Name"], addresses(pods, instance["Name"])
    leased = machine.run("ls", "/run/podd/addresses").stdout.split()
    assert len(leased) == 1
    if killed == "executor":
        machine.run("kill", "-9", str(instance["ExecutorPID"]))
        machine.wait_for(lambda: not alive(machine, instance["Containers"][0]["PID"]), "the containers to end")
        machine.wait_for(lambda: pods.instances("/web") not in ([], [name]), "another instance")
        (other,) = pods.instances("/web")
        pods.wait_state("/web", "stable")
        assert addresses(pods, other) != at, "an address rests"
        assert machine.run("ls", "/run/podd/addresses").stdout.split() != leased
    else:
        unit = {"podd": "podd.service", "spawner": "podd-spawner.service"}[killed]
        old = main_pid(machine, unit)
        machine.run("kill", "-9", str(old))
        restarted(machine, unit, old)
        assert pods.instances("/web") == [name] and addresses(pods, name) == at
        assert machine.run("ls", "/run/podd/addresses").stdout.split() == leased
    machine.wait_for(lambda: len(links(machine, "podd-")) == 1, "one link")
    pods.apply(pod("/next", container("it"), networks=ON_BRIDGE))
    assert addresses(pods, pods.instances("/next")[0]) != at


def test_a_launch_that_fails_leaves_no_network(machine, pods):
    broken = pod("/broken", container("bad", "/no/such/program"), networks=ON_BRIDGE)
    broken["containers"][0]["exec"] = {"command": {"argv": ["/no/such/program"]}}
    machine.podctl("apply", "--no-block", "-", input=json.dumps(broken), check=False)
    pods.wait_property("/broken", lambda now: now["Failures"] >= 3, "three launches to fail")
    machine.podctl("stop", "/broken")
    machine.wait_for(lambda: links(machine, "podd-") == [], "no link to be left")
    assert machine.run("ls", "/run/podd/addresses").stdout == ""


def test_definitions_say_what_cannot_be(machine, pods):
    twice = pod("/twice", container("a", FOREVER), networks=[{"mode": "container"}, {"mode": "container", "name": "podd"}])
    refused = machine.podctl("apply", "-", input=json.dumps(twice), check=False)
    assert refused.status == 1 and "/networks/1: is the network 'podd', as is /networks/0" in refused.stderr
    many = web("/many", 2, hostPort=18080)
    refused = machine.podctl("apply", "-", input=json.dumps(many), check=False)
    assert refused.status == 1 and "port 18080 of the host cannot belong to 2 instances" in refused.stderr
    assert links(machine) == []
