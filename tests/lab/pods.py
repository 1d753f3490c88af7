# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pods as tests speak of them: definitions in a line, and the pods of one test,
which are deleted when it ends."""

import json

# Container commands. The first process of a container is PID 1 of its namespace, so what it does with a
# signal is its own doing: `sleep` has no handler and dies at once, a shell with a trap finishes its sleep.
FOREVER = "exec sleep infinity"
UNTIL_USR1 = "trap 'exit 0' USR1 TERM; while :; do sleep 0.1; done"
POLITE = "trap 'echo leaving politely; exit 0' TERM; while :; do sleep 0.1; done"
DEAF = "trap '' TERM; echo deaf; while :; do sleep 0.1; done"


def container(name, command=FOREVER, **fields):
    """COMMAND is a shell script, or a list of arguments."""
    form = "shell" if isinstance(command, str) else "argv"
    return {"name": name, "exec": {"command": {form: command}}, "resources": {"cpus": 0.1, "mem": 32}, **fields}


def pod(pod_id, *containers, **fields):
    return {"id": pod_id, "containers": list(containers), "networks": [{"mode": "host"}], **fields}


def scaled(definition, instances):
    return {**definition, "scaling": {"kind": "fixed", "instances": instances}}


def mounts(**paths):
    """volumeMounts: mounts(data="data") is volume `data` at data."""
    return [{"name": name, "mountPath": path} for name, path in paths.items()]


class Pods:
    """The pods of one test on MACHINE."""

    def __init__(self, machine):
        self.machine = machine

    def apply(self, definition, *options, **run_options):
        return self.machine.podctl("apply", "-", *options, input=json.dumps(definition), **run_options)

    def ids(self):
        return [row["id"] for row in self.machine.podctl("list", "--json=short").json()]

    def delete_all(self):
        left = self.ids()
        if left:
            self.machine.podctl("delete", "--force", *left)
        # It would end by itself, a while after the last instance has left its networks.
        if self.machine.run("systemctl", "is-active", "podd-network.service", check=False).status == 0:
            self.machine.wait_for("! ls /run/podd/network/instances 2>/dev/null | grep -q .", "instances to leave their networks")
            self.machine.run("systemctl", "stop", "podd-network.service")

    def show(self, name):
        """The properties of a pod, an instance or a container."""
        return self.machine.podctl("show", name, "--json=short").json()[0]

    def status(self, pod_id):
        """The pod with its instances with their containers."""
        return self.machine.podctl("status", pod_id, "--json=short", check=False).json()[0]

    def instances(self, pod_id):
        return [instance["Name"] for instance in self.status(pod_id)["Instances"]]

    def containers(self, pod_id):
        """Properties of the containers of the pod's only instance, by name."""
        (instance,) = self.status(pod_id)["Instances"]
        return {each["Name"]: each for each in instance["Containers"]}

    def pids(self, pod_id):
        return {name: each["PID"] for name, each in self.containers(pod_id).items()}

    def wait_state(self, pod_id, state, timeout=30):
        self.machine.podctl("wait", pod_id, f"--for={state}", f"--timeout={timeout}")

    def wait_property(self, name, predicate, what, timeout=30):
        """Until PREDICATE holds for the properties of NAME; returns them."""

        def holds():
            properties = self.show(name)
            return properties if predicate(properties) else None

        return self.machine.wait_for(holds, what, timeout)

    def lines(self, name, *container_name):
        """What a pod or an instance, or one container of it, has written so far."""
        logs = self.machine.podctl("logs", "--quiet", "--output=cat", name, *container_name)
        return logs.stdout.splitlines()

    def wait_line(self, name, text, *container_name, timeout=30):
        """Until a line with TEXT is in the log; returns the lines."""

        def found():
            lines = self.lines(name, *container_name)
            return lines if any(text in line for line in lines) else None

        return self.machine.wait_for(found, f"{text!r} in the log of {name}", timeout)


def journal_entries(machine, *selection):
    """Journal entries with all their fields."""
    shown = machine.run("journalctl", "--quiet", "--all", "--output=json", *selection).stdout
    return [json.loads(line) for line in shown.splitlines()]


def await_saved(machine):
    """That a deployment has ended is written down two seconds later: until then the state on disk is about to change."""
    machine.wait_for(
        lambda: machine.run("grep -rqs ^DEPLOYMENT= /var/lib/podd/pods --include=state", check=False).status != 0,
        "the ends of deployments to be on disk")


def units(machine, *patterns):
    """Loaded units whose names match, with their active state."""
    shown = machine.run("systemctl", "list-units", "--all", "--plain", "--no-legend", *patterns).stdout
    return {line.split()[0]: line.split()[2] for line in shown.splitlines()}


def main_pid(machine, unit):
    return int(machine.run("systemctl", "show", "-P", "MainPID", unit).stdout)


def restarted(machine, unit, old_pid):
    """Waits until UNIT runs again under another PID."""
    machine.wait_for(
        lambda: main_pid(machine, unit) not in (0, old_pid)
        and machine.run("systemctl", "is-active", unit, check=False).stdout.strip() == "active",
        f"{unit} to be restarted")


def alive(machine, pid):
    return machine.run("test", "-d", f"/proc/{pid}", check=False).status == 0
