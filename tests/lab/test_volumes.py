# SPDX-License-Identifier: LGPL-2.1-or-later
"""Volumes: shared and gone with the instance, or what the host has, at the places that the definition says."""

import pytest
from pods import container, pod

HOLD = "; echo end; exec sleep infinity"


def mount(name, path, **fields):
    return {"name": name, "mountPath": path, **fields}


def output(pods, pod_id, name):
    (instance,) = pods.instances(pod_id)
    return pods.wait_line(instance, "end", name)


def test_relative_paths_are_below_the_sandbox_and_shared(machine, pods):
    writes = "echo shared >data/deep/file; pwd; cd data/deep; pwd -P"
    reads = "until [ -s other/file ]; do sleep 0.05; done; cat other/file"
    pods.apply(pod("/vol", container("a", writes + HOLD, volumeMounts=[mount("data", "data/deep")]),
                   container("b", reads + HOLD, volumeMounts=[mount("data", "other")]), volumes=[{"name": "data"}]))
    sandbox, inside, _ = output(pods, "/vol", "a")
    assert inside == f"{sandbox}/data/deep" and sandbox.startswith("/var/lib/podd/sandboxes/vol-")
    assert output(pods, "/vol", "b") == ["shared", "end"]
    machine.podctl("delete", "/vol")
    assert machine.run("ls /var/lib/podd/sandboxes").stdout == ""


def test_the_sandbox_of_an_instance_is_gone_with_it(machine, pods):
    pods.apply(pod("/vol", container("only", "echo $MESOS_SANDBOX; mkdir -p a/b; touch a/b/c; chmod 0 a" + HOLD)))
    sandbox = output(pods, "/vol", "only")[0]
    assert machine.run("test", "-e", f"{sandbox}/a", check=False).status == 0
    machine.podctl("restart", "/vol")
    assert machine.run("test", "-e", sandbox, check=False).status != 0


@pytest.mark.parametrize("kind", ["ephemeral", "host"])
def test_read_only_is(machine, pods, kind):
    machine.run("mkdir -p /srv/shelf && echo book >/srv/shelf/book && chmod 777 /srv/shelf")
    volume = {"name": "shelf", **({"host": "/srv/shelf"} if kind == "host" else {})}
    tries = "touch shelf/new; rm shelf/book; mount -o remount,rw shelf"
    reader = container("reader", f"exec 2>&1; {tries}" + HOLD, volumeMounts=[mount("shelf", "shelf", readOnly=True)])
    writer = container("writer", "touch shelf/fine && echo written" + HOLD, volumeMounts=[mount("shelf", "shelf")])
    pods.apply(pod("/vol", reader, writer, volumes=[volume]))
    said = output(pods, "/vol", "reader")
    assert any("touch:" in line and "Read-only file system" in line for line in said)
    assert output(pods, "/vol", "writer") == ["written", "end"]
    assert machine.read("/srv/shelf/book") == "book\n"
    machine.podctl("delete", "/vol")
    machine.run("rm -r /srv/shelf")


def test_directories_and_files_of_the_host(machine, pods):
    machine.run("mkdir -p /srv/host/dir && echo content >/srv/host/dir/in && echo config >/srv/host/file")
    reads = "cat dir/in etc/app.conf; echo back >dir/out; cat /srv/host/file"
    pods.apply(pod("/vol", container("only", reads + HOLD,
                                     volumeMounts=[mount("dir", "dir"), mount("file", "etc/app.conf")]),
                   volumes=[{"name": "dir", "host": "/srv/host/dir"}, {"name": "file", "host": "/srv/host/file"}]))
    assert output(pods, "/vol", "only") == ["content", "config", "config", "end"], \
        "without an image a container sees the host's file system"
    assert machine.read("/srv/host/dir/out") == "back\n"
    machine.podctl("delete", "/vol")
    machine.run("rm -r /srv/host")


def test_an_absolute_mount_point_hides_the_hosts_directory_from_this_container_only(machine, pods):
    machine.run("mkdir -p /srv/here && touch /srv/here/of-the-host")
    inside = container("inside", "ls /srv/here; touch /srv/here/mine" + HOLD, volumeMounts=[mount("data", "/srv/here")])
    pods.apply(pod("/vol", inside, container("beside", "ls /srv/here" + HOLD), volumes=[{"name": "data"}]))
    assert output(pods, "/vol", "inside") == ["end"]
    assert output(pods, "/vol", "beside") == ["of-the-host", "end"]
    assert machine.run("ls /srv/here").stdout == "of-the-host\n"
    machine.podctl("delete", "/vol")
    machine.run("rm -r /srv/here")


def test_a_mount_inside_of_a_mount(machine, pods):
    pods.apply(pod("/vol", container("only", "touch outer/file; ls outer/inner" + HOLD,
                                     volumeMounts=[mount("outer", "outer"),
                                                   mount("inner", "outer/inner", readOnly=True)]),
                   volumes=[{"name": "outer"}, {"name": "inner"}]))
    assert output(pods, "/vol", "only") == ["end"]
