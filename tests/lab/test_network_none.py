# SPDX-License-Identifier: LGPL-2.1-or-later
"""The network 'none': the containers of an instance share a loopback interface, and nothing with anybody else."""

import json

import pytest
from pods import FOREVER, alive, container, pod, scaled

INSTALLED = "/usr/share/doc/podd/examples"
NONE = [{"mode": "container", "name": "none"}]
WEB = [{"name": "web", "containerPort": 8080}]
SERVER = "mkdir www; echo $MESOS_TASK_ID > www/index.html; exec busybox httpd -f -p '[::]':$ENDPOINT_WEB -h www"
TOLD = """for name in ENDPOINT_WEB EP_CONTAINER_WEB EP_HOST_WEB; do
    eval "echo $name=\\${$name-unset}"; done; echo told; exec sleep infinity"""


def network(machine, pid):
    return machine.run("readlink", f"/proc/{pid}/ns/net").stdout.strip()


ASK = r"""use IO::Socket::IP;
    my $peer = IO::Socket::IP->new(PeerHost => $ARGV[0], PeerPort => 8080, Timeout => 2) or die "$ARGV[0]: $@";
    print $peer "GET / HTTP/1.0\r\n\r\n"; local $/; (my $page = <$peer>) =~ s/.*\r\n\r\n//s; print $page"""


def asked(machine, address, pid=1, **options):
    """The page at port 8080 of ADDRESS, in the network of process PID."""
    return machine.run("nsenter", "-t", str(pid), "-n", "perl", "-e", ASK, address, **options)


def test_instances_share_ports_with_nobody_and_are_checked_where_they_are(machine, pods):
    web = container("web", SERVER, endpoints=WEB,
                    healthCheck={"http": {"endpoint": "web", "path": "/"}, "intervalSeconds": 2},
                    check={"tcp": {"endpoint": "web"}, "intervalSeconds": 1, "delaySeconds": 0})
    beside = container("beside", TOLD, check={"exec": {"command": {
        "shell": "busybox wget -q -O - http://127.0.0.1:$EP_CONTAINER_WEB/ | grep -q web"}}, "intervalSeconds": 1,
        "delaySeconds": 0})
    pods.apply(scaled(pod("/alone", web, beside, networks=NONE), 2))
    host = network(machine, 1)
    seen = set()
    for instance in pods.status("/alone")["Instances"]:
        pids = {each["Name"]: each["PID"] for each in instance["Containers"]}
        (own,) = {network(machine, pid) for pid in pids.values()}
        seen.add(own)
        for address in ("127.0.0.1", "::1"):
            assert asked(machine, address, pids["beside"]).stdout == f"{instance['Name']}.web\n"
        interfaces = machine.run("nsenter", "-t", str(pids["web"]), "-a", "ls", "/sys/class/net").stdout.split()
        assert interfaces == ["lo"], "also in what the container sees of /sys"
        told = pods.wait_line(instance["Name"], "told", "beside")
        assert told[:3] == ["ENDPOINT_WEB=8080", "EP_CONTAINER_WEB=8080", "EP_HOST_WEB=unset"]
        assert pods.show(instance["Name"])["Ready"]
    assert len(seen) == 2 and host not in seen
    assert "127.0.0.1: Connection refused" in asked(machine, "127.0.0.1", check=False).stderr
    assert {(row["HostPort"], row["ContainerPort"]) for row in
            machine.podctl("endpoints", "/alone", "--json=short").json()} == {(None, 8080)}


def test_the_island_of_the_examples(machine, pods):
    machine.podctl("apply", f"{INSTALLED}/island.json")
    for instance in pods.instances("/examples/island"):
        pods.wait_line(instance, f"page of {instance}.web", "reader")


@pytest.mark.parametrize("how", ["stopped", "executor killed"])
def test_the_namespace_goes_with_the_instance(machine, pods, how):
    def namespaces():
        return set(machine.run("lsns", "--noheadings", "--type=net", "--output=NS").stdout.split())

    before = namespaces()
    pods.apply(pod("/leaves", container("only"), networks=NONE))
    (instance,) = pods.status("/leaves")["Instances"]
    (added,) = namespaces() - before
    pid = instance["Containers"][0]["PID"]
    machine.run("systemctl", "restart", "podd.service")
    assert pods.pids("/leaves") == {"only": pid} and network(machine, pid) == f"net:[{added}]"
    if how == "stopped":
        machine.podctl("stop", "/leaves")
    else:
        machine.run("kill", "-9", str(instance["ExecutorPID"]))
        machine.wait_for(lambda: not alive(machine, pid), "the container to end")
    machine.wait_for(lambda: added not in namespaces(), "the namespace to go")


def test_what_leads_nowhere_has_no_ports_of_the_host(machine, pods):
    web = container("web", FOREVER, endpoints=[{**WEB[0], "hostPort": 0}])
    refused = machine.podctl("apply", "-", input=json.dumps(pod("/alone", web, networks=NONE)), check=False)
    assert refused.status == 1
    assert "/containers/0/endpoints/0/hostPort: is not possible on the network 'none'" in refused.stderr
    assert pods.ids() == []
