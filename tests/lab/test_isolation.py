# SPDX-License-Identifier: LGPL-2.1-or-later
"""Isolation as the operator selects it: the shared file system with private parts, and none at all."""

import json

import pytest
from configuration import DROP_IN, configured
from pods import container, pod

HOLD = "; echo end; exec sleep infinity"
SHARED = "isolation = filesystem/shared, namespaces/pid, volume/sandbox_path\n"


def default_info(*volumes):
    named = [dict(zip(("host_path", "container_path", "mode"), each)) for each in volumes]
    return f"default-container-info = {json.dumps({'type': 'MESOS', 'volumes': named})}\n"


def output(pods, pod_id, name):
    (instance,) = pods.instances(pod_id)
    return pods.wait_line(instance, "end", name)


@pytest.mark.parametrize("user", ["root", "nobody"])
def test_a_private_tmp(machine, pods, user):
    machine.run("echo host >/tmp/of-the-host")
    says = "stat -c %a:%U /tmp; ls -A /tmp; echo mine >/tmp/$MARATHON_CONTAINER_ID; ls -A /tmp; ls tmp"
    with configured(machine, SHARED + default_info(("tmp", "/tmp", "RW"))):
        pods.apply(pod("/private", container("a", says + HOLD), container("b", "sleep 0.3; " + says + HOLD), user=user))
        assert output(pods, "/private", "a") == ["1777:root", "a", "a", "end"], "mode and owner of what it covers"
        assert output(pods, "/private", "b") == ["1777:root", "b", "b", "end"], "nothing of the host or of another"
        on_host = machine.run("ls -A /tmp").stdout.split()
        assert "of-the-host" in on_host and not {"a", "b"} & set(on_host)
        seen = machine.run("find /var/lib/podd/sandboxes -name a -type f", user="alice", check=False).stdout
        assert seen == "", "other users of the host find no way to it"
        machine.podctl("delete", "/private")
    machine.run("rm /tmp/of-the-host")


def test_read_only_is_so_with_everything_below(machine, pods):
    machine.run("mkdir -p /srv/shelf/deep && mount -t tmpfs shelf /srv/shelf/deep && mkdir -p /srv/here && "
                "chmod 777 /srv/shelf/deep")
    tries = "exec 2>&1; touch /srv/here/x; touch /srv/here/deep/x; ls /srv/here"
    with configured(machine, SHARED + default_info(("/srv/shelf", "/srv/here", "RO"))):
        pods.apply(pod("/reads", container("c", tries + HOLD)))
        said = output(pods, "/reads", "c")
        assert said == ["touch: cannot touch '/srv/here/x': Read-only file system",
                        "touch: cannot touch '/srv/here/deep/x': Read-only file system", "deep", "end"]
        machine.podctl("delete", "/reads")
    machine.run("umount /srv/shelf/deep && rm -r /srv/shelf /srv/here")


def test_a_container_brings_its_own(machine, pods):
    machine.run("mkdir -m 2750 /srv/own && chown nobody /srv/own && echo here >/srv/own/file")
    says = "stat -c %a:%U /srv/own; ls -A /srv/own; ls -d /tmp/of-the-host"
    own = {"volumeMounts": [{"name": "v", "mountPath": "/srv/own"}]}
    machine.run("touch /tmp/of-the-host")
    with configured(machine, SHARED + default_info(("tmp", "/tmp", "RW"))):
        pods.apply(pod("/own", container("c", says + HOLD, **own), volumes=[{"name": "v", "host": "cover"}]))
        assert output(pods, "/own", "c") == ["2750:nobody", "/tmp/of-the-host", "end"], "and then gets no defaults"
        machine.podctl("delete", "/own")
        assert machine.read("/srv/own/file") == "here\n"
    machine.run("rm -r /srv/own /tmp/of-the-host")


def test_what_a_private_directory_covers_has_to_exist(machine, pods):
    with configured(machine, SHARED + default_info(("data", "/srv/nowhere", "RW"))):
        refused = pods.apply(pod("/covers", container("c")), check=False)
        assert "'/srv/nowhere'" in refused.stderr and "No such file or directory" in refused.stderr
        machine.podctl("delete", "/covers")


def test_volumes_in_one_another_are_refused_by_components(machine, pods):
    machine.run("mkdir -p /srv/tmp /srv/tmpfoo /srv/tmp/x")

    def mounts(*paths):
        return {"volumeMounts": [{"name": f"v{i}", "mountPath": path} for i, path in enumerate(paths)]}

    volumes = [{"name": f"v{i}", "host": f"v{i}"} for i in range(2)]
    with configured(machine, SHARED):
        pods.apply(pod("/beside", container("c", **mounts("/srv/tmp", "/srv/tmpfoo")), volumes=volumes))
        refused = pods.apply(pod("/below", container("c", **mounts("/srv/tmp", "/srv/tmp/x")), volumes=volumes),
                             check=False)
        assert "/containers/0/volumeMounts" in refused.stderr and "'/srv/tmp'" in refused.stderr
        machine.podctl("delete", "/beside", "/below")
    machine.run("rm -r /srv/tmp /srv/tmpfoo")


def test_no_isolation_at_all(machine, pods):
    kinds = ("ipc", "uts", "pid", "net", "user", "cgroup")
    looks = "; ".join(f"echo {kind}=$(readlink /proc/self/ns/{kind})" for kind in kinds)
    daemon = "setsid sh -c 'trap \"\" TERM; exec sleep 7003' & "
    with configured(machine, "isolation = posix/cpu,posix/mem\n"):
        pods.apply(pod("/bare", container("c", daemon + looks + HOLD)))
        seen = dict(line.split("=", 1) for line in output(pods, "/bare", "c")[:-1])
        host = {kind: machine.run(f"readlink /proc/1/ns/{kind}").stdout.strip() for kind in kinds}
        assert seen == host
        (instance,) = pods.status("/bare")["Instances"]
        assert instance["CPUUsageNSec"] > 0 and instance["TasksCurrent"] is None, "only what is selected is reported"
        machine.podctl("delete", "/bare")
        assert machine.run("pgrep", "-fx", "sleep 7003", check=False).status == 1, "what it had started ends with it"


@pytest.mark.parametrize("text, why", [
    ("isolation = cgroups/memm", "test.conf:1: isolation: 'cgroups/memm': there is no such isolator, did you mean"),
    ("\nisolation = linux/nnp linux/nnp", "test.conf:2: isolation: 'linux/nnp': is there twice"),
    ("isolation = filesystem/linux,filesystem/shared", "excludes 'filesystem/linux'"),
    ("isolation = cgroups/mem", "'cgroups/mem': the unified cgroup hierarchy has no memory controller"),
    ("capabilities = CAP_FLY", "test.conf:1: capabilities: 'CAP_FLY': there is no such capability"),
    ("seccomp-profile = nowhere", "seccomp profile 'nowhere': '/etc/podd/seccomp/nowhere.json'"),
])
def test_a_mistake_is_one_at_the_start_that_names_its_line(machine, text, why):
    if "cgroups/mem" in text and "memm" not in text and "memory" in machine.read("/sys/fs/cgroup/cgroup.controllers"):
        pytest.skip("this host has the memory controller")
    machine.write(DROP_IN, text + "\n")
    refused = machine.run("/usr/libexec/podd/podd", check=False)
    machine.run("rm", "-r", "/etc/podd")
    assert refused.status == 1 and why in refused.stderr, refused


def test_plan_and_isolators_are_told(machine, pods):
    definition = pod("/planned", container("c", volumeMounts=[{"name": "v", "mountPath": "data"}]),
                     volumes=[{"name": "v"}])
    plan = machine.podctl("plan", "-", "--json=short", input=json.dumps(definition)).json()
    (planned,) = plan["containers"]
    assert planned["mounts"][0]["kind"] == "root" and planned["noNewPrivileges"] is True
    assert any(mount.get("volume") == "v" for mount in planned["mounts"])
    assert {unit["name"] for unit in plan["units"]} == {
        "pod-planned-1.scope", "pod-planned-1.slice", "pod-planned-1-c.scope"}
    assert "read-only" in machine.podctl("plan", "-", input=json.dumps(definition)).stdout
    assert pods.ids() == [], "nothing of it was done"
    rows = {row["isolator"]: row for row in machine.podctl("isolators", "--json=short").json()}
    assert rows["filesystem/linux"]["selected"] and not rows["filesystem/shared"]["selected"]
    assert "linux/seccomp" in machine.podctl("isolators", user="alice").stdout
