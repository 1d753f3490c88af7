# SPDX-License-Identifier: LGPL-2.1-or-later
"""podd, the spawner, executors, podd-init and podd-network die, or a step fails, at each point that src/base/failpoint.h names: then a
fresh podd makes of it what was asked for, once, and nothing is left after a deletion. Needs a build with the points:

    /usr/bin/python3 -m pytest tests/lab/test_failpoints.py --preset failpoints
"""

import pathlib
import re

import pytest
from configuration import configured

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "src"
CASE = pathlib.Path(__file__).with_name("failpoints.sh")

# By what is done (see failpoints.sh) the points that are reached by it. "@3" is the third time.
REACHED = {
    "launch": """
        file.created file.written file.synced file.renamed
        store.version store.version.written store.state store.state.written store.deployment store.number
        accept.saved accept.announced accept.reconciled
        reconcile.decided reconcile.stopped reconcile.launched launch.numbered lease.take lease.taken launch.planned
        link.launch link.launched
        notice.heard report.heard report.heard@2 report.heard@3 report.handled report.handled@2 report.handled@3
        units.asked units.made executor.commanded instance.changed instance.changed@3 deployment.ended deployment.saving
        spawner.order spawner.start spawner.passed spawner.tell spawner.fork
        executor.plan executor.begun executor.recorded executor.sandbox executor.namespaces executor.cloned
        executor.cloned@2 executor.started executor.hello executor.connected executor.output executor.directories
        executor.command executor.scoped executor.release executor.released executor.execed executor.running
        init.plan init.sandbox init.mounts init.command init.bounds init.unit init.limits init.user
        init.filter init.go
    """,
    "update": """
        store.state accept.saved accept.reconciled reconcile.decided@2 reconcile.launched@2 launch.planned@2 link.launched
        units.stop bury.begun bury.done@2 executor.released@2 executor.conclude@2 deployment.ended
    """,
    "scale": "store.version.written accept.saved reconcile.launched link.launched units.asked units.made executor.running",
    "shrink": "accept.saved reconcile.stopped units.stop units.stopped units.removed executor.conclude bury.done",
    "stop": """
        store.state.written stop.begun stop.reconciled reconcile.stopped units.stop units.stopped units.removed
        units.removed@2 executor.commanded executor.command executor.ended executor.ended@2 executor.reaped
        executor.exited@2 executor.conclude executor.emptied executor.last-record executor.last-report
        bury.begun bury.forgotten bury.done spawner.ended
    """,
    "network": """
        lease.take@2 lease.taken@2 network.asked network.recorded network.bridge network.veth network.connected network.mapped
        executor.networked
        launch.numbered lease.taken launch.planned link.launched units.asked units.made executor.commanded
        notice.heard report.heard report.heard@2 report.heard@3 report.handled@2 report.handled@3
        spawner.order spawner.passed executor.plan executor.begun executor.recorded executor.sandbox executor.namespaces
        executor.cloned executor.cloned@2 executor.started executor.hello executor.connected executor.output
        executor.directories executor.command executor.scoped executor.release executor.released executor.execed
        executor.running init.plan init.mounts init.unit init.go
    """,
    "leave": """
        network.ended network.left units.stop units.stopped units.removed executor.command executor.ended executor.reaped
        executor.conclude executor.emptied executor.last-record executor.last-report bury.begun bury.forgotten bury.done
    """,
    "cni": """
        cni.recorded cni.added network.asked network.recorded executor.networked executor.namespaces executor.started
        executor.connected executor.scoped executor.release executor.released executor.running units.asked units.made
        launch.planned report.heard@2 init.mounts init.go
    """,
    "uncni": "cni.deleted network.ended network.left units.stopped executor.ended executor.conclude bury.forgotten bury.done",
    "start": "start.saved reconcile.launched launch.planned units.asked",
    "delete": "store.state remove.saved reconcile.stopped pod.removing pod.removed bury.begun bury.done executor.emptied",
    "recover": """
        store.load recover.begun recover.loaded recover.record recover.record@2 lease.take lease.taken recover.units recover.sandboxes
        recover.reconcile recover.done recover.open recover.name recover.ready report.heard report.heard@2
        executor.hello
    """,
    "cancel": "cancel.ended deployment.back store.state.written accept.saved",
    "broken": "executor.cancel executor.canceled",
    "failure": "link.removal spawner.remove remover.begun remover.done notice.heard bury.forgotten",
    "term": "executor.term",
    "trim": "store.trim",
    "purge": "store.purge store.purged file.moved",
}
CASES = [(scenario, point) for scenario, points in REACHED.items() for point in points.split()]


def points():
    """Of the sources: whether the step can fail, by the point's name."""
    found = {}
    for path in sorted(SOURCES.rglob("*.cpp")):
        for kind, name in re.findall(r'PODD_(FAIL|CRASH)POINT\("([^"]+)"\)', path.read_text()):
            found[name] = kind == "FAIL"
    return found


def test_every_point_is_tried():
    assert {point.split("@")[0] for _, point in CASES} == set(points())
    assert len(points()) >= 60


def cases_of(scenario):
    can_fail = points()
    for point in REACHED[scenario].split():
        name, _, hit = point.partition("@")
        for action in ["kill", "error"] if can_fail[name] else ["kill"]:
            yield name, f"{action}@{hit}" if hit else action


@pytest.fixture(scope="module")
def prepared(machine):
    if machine.run("grep -q failpoint: /usr/libexec/podd/podd", check=False).status != 0:
        pytest.skip("this build has no failpoints (--preset failpoints)")
    machine.write("/root/failpoints.sh", CASE.read_text())
    machine.run("mkdir /run/podd/failpoints /run/failpoints; touch /run/failpoints/given /run/failpoints/act /run/failpoints/again")
    with configured(machine, "history = 2\n"):
        yield machine
    machine.run("rm -r /run/podd/failpoints /run/failpoints")


@pytest.mark.parametrize("scenario", REACHED)
def test_what_was_asked_for_is_there_once_and_nothing_is_left(prepared, scenario):
    wrong = []
    for point, action in cases_of(scenario):
        done = prepared.run("sh", "/root/failpoints.sh", scenario, point, action, check=False, timeout=120)
        if done.stdout.strip() != "struck":
            wrong.append(f"{point}={action}: {done.stdout}{done.stderr}")
            prepared.run("podctl delete --force /fp; systemctl restart podd.service", check=False)
    assert not wrong, "\n".join(wrong)
