# SPDX-License-Identifier: LGPL-2.1-or-later
"""podd on the bus: its objects, their properties and signals, as busctl shows them."""

import json

import pytest
from pods import POLITE, container, pod

ROOT = "/org/podd1"
PAIR = pod("/bus/pair", container("one"), container("two", POLITE), labels={"tier": "front", "owner": "Zoë"})


def introspected(machine, path, interface):
    """Members of INTERFACE at PATH, "kind name" -> signature."""
    shown = machine.run("busctl", "introspect", "--no-legend", "--no-pager", "org.podd1", path, interface).stdout
    rows = [line.split() for line in shown.splitlines()]
    return {f"{row[1]} {row[0].removeprefix('.')}": row[2] for row in rows if row[0].startswith(".")}


def call(machine, path, interface, method, *arguments, **options):
    done = machine.run("busctl", "call", "--json=short", "org.podd1", path, interface, method, *arguments, **options)
    return json.loads(done.stdout)["data"] if done.stdout.strip() else None


@pytest.fixture
def pair(machine, pods):
    """Object paths: pod, instance and its containers."""
    pods.apply(PAIR)
    (path,) = call(machine, ROOT, "org.podd1.Manager", "GetPod", "s", "/bus/pair")
    (instance,) = pods.show("/bus/pair")["Instances"]
    return {"pod": path, "instance": instance, "containers": pods.show(pods.instances("/bus/pair")[0])["Containers"]}


def test_the_tree_has_every_object(machine, pair):
    shown = machine.run("busctl", "tree", "--list", "org.podd1").stdout.splitlines()
    assert {ROOT, pair["pod"], pair["instance"], *pair["containers"]} <= set(shown)
    assert len(pair["containers"]) == 2


def test_every_kind_of_object_introspects(machine, pair):
    manager = introspected(machine, ROOT, "org.podd1.Manager")
    assert manager["method ApplyPod"] == "sa{sv}" and manager["signal DeploymentRemoved"] == "uosss"
    assert manager["method ListPods"] == "-" and manager["property NPods"] == "u"
    of_pod = introspected(machine, pair["pod"], "org.podd1.Pod")
    assert of_pod["method Stop"] == "-" and of_pod["property NextLaunchTimestamp"] == "t"
    assert of_pod["property Labels"] == "a{ss}"
    instance = introspected(machine, pair["instance"], "org.podd1.Instance")
    assert instance["property ExecutorPID"] == "u" and instance["property Containers"] == "ao"
    container_members = introspected(machine, pair["containers"][0], "org.podd1.Container")
    assert container_members["property ExitCode"] == "i" and container_members["property Unit"] == "s"


def test_get_managed_objects_has_all_of_it_in_one_call(machine, pair):
    (objects,) = call(machine, ROOT, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")
    assert objects[pair["pod"]]["org.podd1.Pod"]["Labels"]["data"] == {"tier": "front", "owner": "Zoë"}
    assert objects[pair["instance"]]["org.podd1.Instance"]["State"]["data"] == "running"
    names = {objects[path]["org.podd1.Container"]["Name"]["data"] for path in pair["containers"]}
    assert names == {"one", "two"}


def test_objects_point_at_each_other_and_at_units(machine, pods, pair):
    instance = pods.show(pods.instances("/bus/pair")[0])
    assert instance["Pod"] == pair["pod"] and instance["PodId"] == "/bus/pair"
    for each in pods.containers("/bus/pair").values():
        assert each["Instance"] == pair["instance"]
        assert machine.run("systemctl", "is-active", each["Unit"]).stdout.strip() == "active"
        assert each["Unit"] in machine.read(f"/proc/{each['PID']}/cgroup")


def test_a_method_of_an_object_is_a_deployment_that_ends_by_signal(machine, pods, pair):
    with Monitor(machine) as monitor:
        (deployment,) = call(machine, pair["pod"], "org.podd1.Pod", "Stop")
        assert deployment.startswith(f"{ROOT}/deployment/")
        monitor.wait_for(lambda signal: signal["member"] == "DeploymentRemoved" and signal["payload"]["data"][1] == deployment)
        pods.wait_state("/bus/pair", "stopped")
        (again,) = call(machine, ROOT, "org.podd1.Manager", "StartPod", "s", "/bus/pair")
        ended = monitor.wait_for(
            lambda signal: signal["member"] == "DeploymentRemoved" and signal["payload"]["data"][1] == again)
    assert ended["payload"]["data"][2:] == ["/bus/pair", "done", ""]
    assert pods.show("/bus/pair")["State"] == "stable"


def test_life_and_death_of_a_pod_are_signalled(machine, pods):
    with Monitor(machine) as monitor:
        pods.apply(PAIR)
        machine.podctl("delete", "/bus/pair")
        monitor.wait_for(lambda signal: signal["member"] == "PodRemoved")
    seen = [signal["member"] for signal in monitor.signals]
    for member in ("PodNew", "InstanceNew", "DeploymentNew", "InterfacesAdded", "PropertiesChanged", "DeploymentRemoved",
                   "InstanceRemoved", "InterfacesRemoved", "PodRemoved"):
        assert member in seen
    assert seen.index("PodNew") < seen.index("InstanceNew") < seen.index("InstanceRemoved") < seen.index("PodRemoved")
    states = []
    for signal in monitor.signals:
        data = signal["payload"]["data"]
        # The first state comes with the object.
        known = data[1].get("org.podd1.Pod", {}) if signal["member"] == "InterfacesAdded" else {}
        changed = data[1] if signal["member"] == "PropertiesChanged" and data[0] == "org.podd1.Pod" else {}
        states += [each["State"]["data"] for each in (known, changed) if "State" in each]
    shown = [state for i, state in enumerate(states) if i == 0 or state != states[i - 1]]
    assert shown[-3:] in (["degraded", "stable", "stopping"], ["stable", "stopping", "stopped"]), shown


def test_errors_have_names(machine):
    for method, arguments, name in (("GetPod", ("s", "/no/such"), "org.podd1.Error.NoSuchPod"),
                                    ("GetInstance", ("s", "/no/such.1"), "org.podd1.Error.NoSuchInstance")):
        refused = machine.run("busctl", "call", "org.podd1", ROOT, "org.podd1.Manager", method, *arguments,
                              check=False)
        assert refused.status != 0 and "there is no such" in refused.stderr
        traced = machine.run("dbus-send", "--system", "--print-reply", "--dest=org.podd1", ROOT,
                             f"org.podd1.Manager.{method}", f"string:{arguments[1]}", check=False)
        assert f"Error {name}: " in traced.stderr


class Monitor:
    """Signals of podd while the block runs."""

    def __init__(self, machine):
        self.machine = machine
        self.signals = []

    def __enter__(self):
        listen = "exec busctl monitor --json=short --match=\"type='signal'\" >/root/signals"
        self.process = self.machine.popen("sh", "-c", listen)
        self.machine.wait_for("busctl emit /lab org.podd.Lab Ready; grep -q org.podd.Lab /root/signals",
                              "busctl to listen")
        return self

    def read(self):
        seen = [json.loads(line) for line in self.machine.read("/root/signals").splitlines() if line.endswith("}")]
        self.signals = [signal for signal in seen if signal["path"].startswith(ROOT)]
        return self.signals

    def wait_for(self, matches):
        return self.machine.wait_for(lambda: next(filter(matches, self.read()), None), "a signal of podd")

    def __exit__(self, *_):
        self.machine.run("pkill", "-f", "^busctl monitor")
        self.process.wait(30)
        self.machine.run("rm", "/root/signals")
