# SPDX-License-Identifier: LGPL-2.1-or-later
"""Names: pods are found by name on the host and from pods, and an instance finds itself and its containers."""

import pytest
from networks import addresses, answer, main_pids, server
from pods import container, main_pid, pod, restarted, scaled

WEB = {"name": "web", "containerPort": 8080}
READY = {"tcp": {"endpoint": "web"}, "intervalSeconds": 1, "delaySeconds": 0}
BRIDGE = [{"mode": "container"}]


@pytest.fixture
def switched_on(machine):
    """As the package libnss-podd does it."""
    before = machine.read("/etc/nsswitch.conf")
    machine.run("sed", "-i", "s/^hosts:\\(.*\\)files/hosts:\\1files podd/", "/etc/nsswitch.conf")
    yield
    machine.write("/etc/nsswitch.conf", before)


def looked_up(machine, name, pid=None, database="ahosts", user=None):
    """Addresses of a name, on the host or as a container sees it."""
    inside = () if pid is None else ("nsenter", "-t", str(pid), "-a")
    found = machine.run(*inside, "getent", database, name, user=user, check=False).stdout
    return sorted({line.split()[0] for line in found.splitlines()})


def test_pods_are_found_by_name(machine, pods, switched_on):
    web = container("web", server(), endpoints=[WEB], check=READY)
    pods.apply(scaled(pod("/prod/web", web, networks=BRIDGE), 2))
    pods.apply(pod("/client", container("asks"), container("db"), networks=BRIDGE))
    both = {name: addresses(pods, name) for name in pods.instances("/prod/web")}
    everything = sorted(each for at in both.values() for each in at.values())
    (client,) = pods.status("/client")["Instances"]
    asks = main_pids(client)["asks"]
    for where in (None, asks):
        assert looked_up(machine, "web.prod.podd.internal", where) == everything
        assert looked_up(machine, "WEB.Prod.podd.internal", where) == everything
        for name, at in both.items():
            domain = f"{name.rpartition('.')[2]}.web.prod.podd.internal"
            assert looked_up(machine, domain, where) == sorted(at.values())
            assert looked_up(machine, domain, where, "ahostsv4") == [at[4]]
    assert looked_up(machine, "web.prod.podd.internal", user="alice") == everything, "by everybody"
    for name, at in both.items():
        assert f"{name.rpartition('.')[2]}.web.prod" in machine.run("getent", "hosts", at[4]).stdout
    assert answer(machine, "web.prod.podd.internal", 8080)[0] in {f"{name}.web" for name in both}
    pods.apply(scaled(pod("/prod/web", web, networks=BRIDGE), 1))
    (left,) = pods.instances("/prod/web")
    machine.wait_for(lambda: looked_up(machine, "web.prod.podd.internal", asks) == sorted(both[left].values()),
                     "the name to lead to one instance")
    # A podd that is killed leaves them as they are.
    old = main_pid(machine, "podd.service")
    machine.run("kill", "-9", str(old))
    assert looked_up(machine, "web.prod.podd.internal", asks) == sorted(both[left].values())
    restarted(machine, "podd.service", old)
    assert looked_up(machine, "web.prod.podd.internal", asks) == sorted(both[left].values())
    machine.podctl("delete", "/prod/web")
    machine.wait_for(lambda: looked_up(machine, "web.prod.podd.internal") == [], "the name to go")


@pytest.mark.parametrize("network", [BRIDGE, [{"mode": "container", "name": "none"}]], ids=["bridge", "none"])
def test_an_instance_finds_itself_and_its_containers(machine, pods, network):
    pods.apply(pod("/a/pair", container("one"), container("two"), networks=network))
    (instance,) = pods.status("/a/pair")["Instances"]
    inside = main_pids(instance)["one"]
    own = sorted(addresses(pods, instance["Name"]).values()) if network == BRIDGE else ["127.0.0.1"]
    assert machine.run("nsenter", "-t", str(inside), "-a", "hostname").stdout == "a-pair\n"
    assert looked_up(machine, "a-pair", inside) == own
    assert looked_up(machine, "pair.a.podd.internal", inside) == own
    for name in ("one", "two", "localhost"):
        assert set(looked_up(machine, name, inside)) <= {"127.0.0.1", "::1"} and looked_up(machine, name, inside)
    assert looked_up(machine, "one") == [], "the host does not know it"


@pytest.mark.parametrize("kind", ["file", "link", "stub"])
def test_name_servers_are_the_hosts_without_those_on_loopback(machine, pods, kind):
    text = "search example.net\nnameserver 127.0.0.53\nnameserver 192.0.2.53\noptions edns0\n"
    try:
        if kind == "file":
            machine.write("/etc/resolv.conf", text)
        else:
            machine.run("mkdir", "-p", "/run/systemd/resolve")
            machine.write("/run/systemd/resolve/stub-resolv.conf",
                          text if kind == "link" else "nameserver 127.0.0.53\n")
            machine.write("/run/systemd/resolve/resolv.conf", "search example.net\nnameserver 192.0.2.53\noptions edns0\n")
            machine.run("ln", "-s", "../run/systemd/resolve/stub-resolv.conf", "/etc/resolv.conf")
        pods.apply(pod("/asks", container("it"), networks=BRIDGE))
        inside = main_pids(pods.status("/asks")["Instances"][0])["it"]
        seen = machine.run("nsenter", "-t", str(inside), "-a", "cat", "/etc/resolv.conf").stdout
        assert seen == "search example.net\nnameserver 192.0.2.53\noptions edns0\n"
    finally:
        machine.run("rm", "-rf", "/etc/resolv.conf", "/run/systemd/resolve")
