# SPDX-License-Identifier: LGPL-2.1-or-later
"""Escapes from containers. Each is tried twice: where podd-init is as installed, it fails; where it is replaced by
podd-init-weakened, which has no guards (src/init/guards.h), it has to succeed, or the test would see nothing."""

import json
import re

import pytest
from pods import container, pod

# machine.guarded tells which of the two it is.
ESCAPE = pytest.mark.parametrize("machine", ["hardened", "weakened"], indirect=True, scope="module")
HARDENED = pytest.mark.parametrize("machine", ["hardened"], indirect=True, scope="module")
HOLD = "\necho end\nexec sleep infinity"


def perl(script):
    """A shell command that runs SCRIPT in the one language that every Debian has; without single quotes in it."""
    assert "'" not in script
    return f"perl -e '{script}'"


def attack(pods, script, *, volumes=(), user="root", pod_id="/attack"):
    """The lines that SCRIPT, run in a container, has printed. VOLUMES are (host path or None, mount path, read-only)."""
    named = [(f"v{i}", *each) for i, each in enumerate(volumes)]
    pods.apply(pod(
        pod_id, container("c", "exec 2>&1\n" + script + HOLD, user=user, volumeMounts=[
            {"name": name, "mountPath": path, "readOnly": read_only} for name, _, path, read_only in named]),
        volumes=[{"name": name, **({"host": host} if host else {})} for name, host, _, _ in named]))
    (instance,) = pods.instances(pod_id)
    return pods.wait_line(instance, "end")[:-1]


def facts(lines):
    return dict(line.split("=", 1) for line in lines if "=" in line)


def refused(pods, definition):
    """Why DEFINITION is not launched, or "" if it is; it is gone afterwards."""
    answer = pods.apply(definition, check=False, timeout=20)
    pods.delete_all()
    return "" if answer.status == 0 else answer.stderr


def write_all(machine, definitions):
    """DEFINITIONS as files of their own in /root/many."""
    machine.run("rm -rf /root/many; mkdir /root/many; cd /root/many; n=100; "
                "while read -r one; do printf '%s\\n' \"$one\" >$n.json; n=$((n+1)); done",
                input="".join(json.dumps(each) + "\n" for each in definitions))


def problems(pods, definitions):
    """Of pods that are applied together and stay: why those are not launched that are not, by id."""
    write_all(pods.machine, definitions)
    said = pods.machine.run("podctl apply /root/many/*.json", check=False, timeout=120).stderr
    pods.machine.run("rm -r /root/many")
    return dict(re.findall(r"^podctl: pod '(\S+)': (.*)$", said, re.M))


@pytest.fixture
def shelf(machine):
    """A directory of the host for what a test needs there; asked for before `pods`, it outlives them."""
    machine.run("mkdir /srv/shelf")
    yield "/srv/shelf"
    machine.run("rm -r --one-file-system /srv/shelf")
