# SPDX-License-Identifier: LGPL-2.1-or-later
"""Together or not at all: when one container of three cannot be started, none is."""

import pytest
from pods import container, mounts, pod, units

MARKERS = "/srv/markers"
LEAVES_A_MARK = "touch markers/$MARATHON_CONTAINER_ID; exec sleep infinity"


def broken(how):
    """Three containers that would leave marks on the host; the second is broken as HOW says."""
    bad = container("bad", LEAVES_A_MARK, volumeMounts=mounts(markers="markers"))
    volumes = [{"name": "markers", "host": MARKERS}]
    if how == "command":
        bad["exec"]["command"] = {"argv": ["/srv/no-such-program", "--serve"]}
    elif how == "command in PATH":
        bad["exec"]["command"] = {"argv": ["no-such-program"]}
    elif how == "not executable":
        bad["exec"]["command"] = {"argv": ["/etc/passwd"]}
    elif how == "host volume":
        volumes.append({"name": "gone", "host": "/srv/not-there"})
        bad["volumeMounts"].append({"name": "gone", "mountPath": "gone"})
    elif how == "mount point":
        volumes.append({"name": "data"})
        bad["volumeMounts"].append({"name": "data", "mountPath": "/srv/no/such/place"})
    elif how == "user":
        bad["user"] = "somebody-unknown"
    fine = [container(name, LEAVES_A_MARK, volumeMounts=mounts(markers="markers")) for name in ("first", "last")]
    return pod("/atomic", fine[0], bad, fine[1], volumes=volumes)


CAUSES = {
    "command": ("command '/srv/no-such-program'", "No such file or directory"),
    "command in PATH": ("command 'no-such-program'", "not found in PATH"),
    "not executable": ("command '/etc/passwd'", "Permission denied"),
    "host volume": ("mount '/srv/not-there' of volume 'gone'", "No such file or directory"),
    "mount point": ("mount point '/srv/no/such/place'", "does not exist"),
    "user": ("user 'somebody-unknown'", "no such user on this host"),
}


@pytest.fixture
def markers(machine):
    machine.run(f"mkdir -p {MARKERS} && chmod 1777 {MARKERS}")
    yield lambda: machine.run("ls", MARKERS).stdout.split()
    machine.run(f"rm -r {MARKERS}")


@pytest.mark.parametrize("how", CAUSES)
def test_one_broken_container_keeps_all_from_running(machine, pods, markers, how):
    step, cause = CAUSES[how]
    refused = pods.apply(broken(how), check=False)
    assert refused.status == 1
    assert refused.stdout.startswith("created /atomic "), "the definition itself is fine and is kept"
    for part in ("pod '/atomic'", "instance '/atomic.", "container 'bad'", step, cause):
        assert part in refused.stderr
    # The next attempt, after the back-off, ends the same way.
    state = pods.wait_property("/atomic", lambda shown: shown["Failures"] >= 2, "a second attempt")
    assert step in state["LastFailure"] and cause in state["LastFailure"]
    assert state["InstancesRunning"] == 0
    assert step in machine.podctl("status", "/atomic", check=False).stdout
    assert markers() == []
    machine.podctl("delete", "/atomic")
    assert units(machine, "pod-atomic*") == {}


def test_the_same_pod_runs_once_the_cause_is_gone(machine, pods, markers):
    pods.apply(broken("host volume"), check=False)
    machine.run("mkdir /srv/not-there")
    pods.wait_state("/atomic", "stable")
    machine.wait_for(lambda: sorted(markers()) == ["bad", "first", "last"], "the marks of all three")
    machine.podctl("delete", "/atomic")
    machine.run("rmdir /srv/not-there")


def test_a_volume_of_the_host_is_never_made_up(machine, pods, markers):
    pods.apply(broken("host volume"), check=False)
    assert machine.run("test", "-e", "/srv/not-there", check=False).status != 0
