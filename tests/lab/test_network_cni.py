# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks that CNI plugins make: Debian's own plugins, and ones that fail, hang or are killed."""

import json

import pytest
from networks import (addresses, answer, links, main_pids, namespaces, outside, server, table)
from pods import container, main_pid, pod, restarted

PLUGINS = "/usr/lib/cni"
WEB = {"name": "web", "containerPort": 8080, "protocol": ["tcp", "udp"]}
READY = {"tcp": {"endpoint": "web"}, "intervalSeconds": 1, "delaySeconds": 0}
BLUE = {"cniVersion": "1.0.0", "name": "blue", "plugins": [
    {"type": "bridge", "bridge": "blue0", "isGateway": True, "ipMasq": True,
     "ipam": {"type": "host-local", "dataDir": "/run/blue", "ranges": [[{"subnet": "10.9.0.0/24"}],
                                                                    [{"subnet": "fd00:9::/64"}]],
              "routes": [{"dst": "0.0.0.0/0"}, {"dst": "::/0"}]}, "dns": {"nameservers": ["10.9.0.53"], "search": ["blue.example"]}},
    {"type": "portmap", "capabilities": {"portMappings": True}, "snat": True},
    {"type": "firewall"}, {"type": "bandwidth", "ingressRate": 100000000, "ingressBurst": 1000000}]}


@pytest.fixture
def cni(machine, nothing_left_behind):
    """Writes configurations and plugins; all of them go, with what host-local keeps."""
    if machine.run("test", "-x", f"{PLUGINS}/bridge", check=False).status != 0:
        pytest.skip(f"the machine has no plugins in {PLUGINS}")
    machine.run("mkdir", "-p", "/etc/cni/net.d", "/opt/cni/bin")

    def write(configuration, **plugins):
        machine.write(f"/etc/cni/net.d/10-{configuration['name']}.conflist", json.dumps(configuration))
        for name, script in plugins.items():
            machine.write(f"/opt/cni/bin/{name}", "#!/bin/sh\n" + script, mode="755")
    yield write
    machine.run("sh", "-c", "rm -rf /etc/cni /opt/cni /run/blue /var/lib/cni; for link in blue0 lan9; do"
                            " ip link delete $link; done; nft flush ruleset; rm -f /run/xtables.lock", check=False)


def web(pod_id, network, **endpoint):
    return pod(pod_id, container("web", server(), endpoints=[{**WEB, **endpoint}], check=READY), container("beside"),
               networks=[{"mode": "container", "name": network}])


def granted(machine):
    return machine.run("sh", "-c", "ls /run/blue/blue | grep -v -e last_reserved -e lock", check=False).stdout.split()


def kept(machine):
    return machine.run("ls", "/run/podd/network/cni", check=False).stdout.split()


def test_bridge_with_addresses_ports_firewall_and_bandwidth(machine, cni, pods):
    cni(BLUE)
    pods.apply(web("/web", "blue", hostPort=0))
    (instance,) = pods.status("/web")["Instances"]
    name, inside = instance["Name"], main_pids(instance)["beside"]
    (network,) = pods.show(name)["Networks"]
    assert (network["Network"], network["Interface"]) == ("blue", "eth0")
    at = addresses(pods, name)
    assert at[4].startswith("10.9.0.") and at[6].startswith("fd00:9::")
    assert sorted(granted(machine)) == sorted([at[4], at[6]])
    (row, *_) = machine.podctl("endpoints", "--json=short").json()
    assert row["Addresses"] == [at[4], at[6]]
    variables = machine.run("sh", "-c", f"tr '\\0' '\\n' </proc/{main_pids(instance)['beside']}/environ").stdout.splitlines()
    assert {"ENDPOINT_WEB=8080", "EP_CONTAINER_WEB=8080", f"EP_HOST_WEB={row['HostPort']}"} <= set(variables)
    machine.wait_for("! ip -6 address show dev blue0 | grep -q tentative", "the bridge's address to be its own")
    for proto in ("tcp", "udp"):
        assert answer(machine, "127.0.0.1", 8080, inside, proto)[0] == f"{name}.web"
        assert answer(machine, at[4], 8080, None, proto)[0] == f"{name}.web"
        assert answer(machine, at[6], 8080, None, proto)[0] == f"{name}.web"
    assert answer(machine, "127.0.0.1", row["HostPort"])[0] == f"{name}.web"
    with outside(machine) as beyond:
        assert answer(machine, "192.0.2.1", row["HostPort"], beyond)[0] == f"{name}.web"
        assert answer(machine, "192.0.2.2", 7000, inside) == ("outside", "192.0.2.1")
    assert links(machine) == [], "podd's own bridge is not needed"
    assert "tbf" in machine.run("tc", "qdisc", "show").stdout
    assert machine.run("nsenter", "-t", str(inside), "-a", "cat", "/etc/resolv.conf", check=False).stdout in (
        "", "search blue.example\nnameserver 10.9.0.53\n")
    machine.podctl("delete", "/web")
    machine.wait_for(lambda: granted(machine) == [] and kept(machine) == [], "the addresses to be given back")
    rules = machine.run("nft", "list", "ruleset").stdout
    assert at[4] not in rules and at[6] not in rules and f"dport {row['HostPort']}" not in rules


def test_several_networks_in_one_pod(machine, cni, pods):
    cni(BLUE)
    machine.run("ip", "link", "add", "lan9", "type", "veth", "peer", "name", "lan8")
    machine.run("ip", "link", "set", "lan9", "up")
    cni({"cniVersion": "0.4.0", "name": "lan", "plugins": [
        {"type": "macvlan", "master": "lan9", "ipam": {"type": "static", "addresses": [{"address": "10.77.0.5/24"}]}}]})
    endpoints = [{**WEB, "hostPort": 8085, "networkNames": ["podd"]}]
    pods.apply(pod("/many", container("web", server(), endpoints=endpoints, check=READY), networks=[
        {"mode": "container", "name": name} for name in ("blue", "lan", "podd")]))
    (instance,) = pods.status("/many")["Instances"]
    networks = {each["Network"]: each for each in pods.show(instance["Name"])["Networks"]}
    assert {name: each["Interface"] for name, each in networks.items()} == {"blue": "eth0", "lan": "eth1", "podd": "eth2"}
    assert networks["lan"]["Addresses"] == ["10.77.0.5/24"]
    assert answer(machine, "127.0.0.1", 8085)[0] == f"{instance['Name']}.web", "over podd's own network"
    for name in ("blue", "podd"):
        assert answer(machine, networks[name]["Addresses"][0].split("/")[0], 8080)[0] == f"{instance['Name']}.web"
    machine.podctl("delete", "/many")
    machine.wait_for(lambda: granted(machine) == [] and kept(machine) == [] and links(machine, "podd-") == [],
                     "all networks to be left")


def test_default_network_of_the_operator(machine, cni, pods):
    from configuration import configured

    cni(BLUE)
    with configured(machine, "default-network = blue"):
        pods.apply(pod("/unnamed", container("it"), networks=[{"mode": "container"}]))
        pods.apply(pod("/bridge", container("it"), networks=[{"mode": "container/bridge"}]))
        names = [pods.show(pods.instances(each)[0])["Networks"][0]["Network"] for each in ("/unnamed", "/bridge")]
        assert names == ["blue", "podd"]
        machine.podctl("delete", "/unnamed", "/bridge")


def test_a_network_that_is_not_there(machine, cni, pods):
    cni(BLUE)
    machine.podctl("apply", "--no-block", "-", input=json.dumps(web("/lost", "green")))
    said = pods.wait_property("/lost", lambda now: now["Failures"] >= 1, "the launch to be refused")["LastFailure"]
    assert "network 'green'" in said and "'blue'" in said
    before = namespaces(machine)
    machine.podctl("stop", "/lost")
    machine.wait_for(lambda: kept(machine) == [] and namespaces(machine) <= before, "nothing to be left")


FAILING = """if [ "$CNI_COMMAND" = ADD ]; then echo '{"cniVersion": "1.0.0", "code": 100, "msg": "no more ports", "details": "rack 7"}'
exit 1; fi; echo "$CNI_COMMAND" >>/run/blue/calls; exit 0
"""
HANGING = """if [ "$CNI_COMMAND" = ADD ]; then echo $$ >/run/blue/hanging; sleep 1000; fi; exit 0
"""


def test_an_add_that_fails_is_undone(machine, cni, pods):
    failing = {**BLUE, "plugins": [BLUE["plugins"][0], {"type": "failing"}]}
    cni(failing, failing=FAILING)
    machine.podctl("apply", "--no-block", "-", input=json.dumps(web("/bad", "blue")))
    said = pods.wait_property("/bad", lambda now: now["Failures"] >= 1, "the launch to fail")["LastFailure"]
    assert "network 'blue'" in said and "'failing'" in said and "no more ports" in said and "rack 7" in said
    machine.podctl("stop", "/bad")
    machine.wait_for(lambda: granted(machine) in ([], ["calls"]) and kept(machine) == [], "the address to be given back")
    assert "DEL" in machine.read("/run/blue/calls")


@pytest.mark.parametrize("killed", ["podd", "podd-network", "executor", "plugin"])
def test_killed_while_a_plugin_is_at_it(machine, cni, pods, killed):
    hanging = {**BLUE, "plugins": [BLUE["plugins"][0], {"type": "hanging"}]}
    cni(hanging, hanging=HANGING)
    before = namespaces(machine)
    machine.podctl("apply", "--no-block", "-", input=json.dumps(web("/slow", "blue")))
    machine.wait_for("test -s /run/blue/hanging", "the plugin to be at it")
    plugin = machine.read("/run/blue/hanging").strip()
    if killed == "plugin":
        machine.run("kill", "-9", plugin)
    elif killed == "executor":
        (instance,) = pods.status("/slow")["Instances"]
        machine.run("kill", "-9", str(instance["ExecutorPID"]))
    else:
        unit = f"{killed}.service"
        old = main_pid(machine, unit)
        machine.run("kill", "-9", str(old))
        restarted(machine, unit, old)
    cni({**BLUE, "plugins": [BLUE["plugins"][0]]})  # the next launch is not to hang
    machine.run("sh", "-c", f"pkill -9 -P {plugin}; kill -9 {plugin}", check=False)
    machine.podctl("stop", "/slow")
    machine.wait_for(lambda: [each for each in granted(machine) if each[0].isdigit()] == [] and kept(machine) == [],
                     "the addresses to be given back", timeout=60)
    # podd has one of its own, another one after a restart.
    machine.wait_for(lambda: len(namespaces(machine)) == len(before), "the namespace to go", timeout=30)


FAKE = """echo "$CNI_COMMAND" >>/run/blue/calls
case $CNI_COMMAND in
    ADD) echo '{"cniVersion": "1.0.0", "interfaces": [], "ips": []}' ;;
    CHECK) echo '{"cniVersion": "1.0.0", "code": 100, "msg": "a rule is missing"}'; exit 1 ;;
    DEL) if [ ! -e /run/blue/deleting ]; then echo $$ >/run/blue/deleting; sleep 1000; fi ;;
esac
"""


def test_a_plugin_that_is_killed_while_it_takes_back_is_asked_again(machine, cni, pods):
    machine.run("mkdir", "-p", "/run/blue")
    cni({"cniVersion": "1.0.0", "name": "blue", "plugins": [{"type": "fake"}]}, fake=FAKE)
    pods.apply(pod("/fake", container("it"), networks=[{"mode": "container", "name": "blue"}]))
    before = namespaces(machine)
    old = main_pid(machine, "podd-network.service")
    machine.run("kill", "-9", str(old))
    restarted(machine, "podd-network.service", old)
    machine.wait_for("journalctl -u podd-network | grep -q 'CHECK: a rule is missing'", "what is amiss to be told")
    pods.wait_state("/fake", "stable")
    machine.podctl("delete", "/fake")
    machine.wait_for("test -s /run/blue/deleting", "the plugin to be at it")
    assert kept(machine) != []
    machine.run("kill", "-9", machine.read("/run/blue/deleting").strip())
    machine.wait_for(lambda: kept(machine) == [] and namespaces(machine) < before, "it to be asked again")
    assert machine.read("/run/blue/calls").split() == ["ADD", "CHECK", "DEL", "DEL"]


def test_podd_network_is_killed_while_pods_run(machine, cni, pods):
    """What DEL needs once more, the namespace, is kept by systemd meanwhile."""
    cni(BLUE)
    pods.apply(web("/web", "blue", hostPort=0))
    old = main_pid(machine, "podd-network.service")
    machine.run("kill", "-9", str(old))
    restarted(machine, "podd-network.service", old)
    (name,) = pods.instances("/web")
    port = machine.podctl("endpoints", "--json=short").json()[0]["HostPort"]
    assert answer(machine, "127.0.0.1", port)[0] == f"{name}.web"
    at = addresses(pods, name)
    machine.podctl("delete", "/web")
    machine.wait_for(lambda: granted(machine) == [] and kept(machine) == [], "the addresses to be given back")
    assert at[4] not in machine.run("nft", "list", "ruleset").stdout
