# SPDX-License-Identifier: LGPL-2.1-or-later
"""The virtual machine is what the other tests take it for, and a pod runs in it with limits that hold."""

import subprocess

from pods import POLITE, container, pod

CONTROLLERS = {"cpu", "cpuset", "io", "memory", "pids"}


def test_the_kernel_is_its_own(machine):
    assert machine.run("uname", "-r").stdout.startswith("6.1.")
    assert machine.read("/proc/1/comm").strip() == "systemd"
    assert machine.run("systemctl", "is-system-running").stdout.strip() == "running"


def test_every_controller_is_in_cgroup_2(machine):
    assert CONTROLLERS <= set(machine.read("/sys/fs/cgroup/cgroup.controllers").split())
    assert machine.read("/proc/pressure/memory").startswith("some ")


def test_podd_is_enabled_and_active(machine):
    assert machine.run("systemctl", "is-enabled", "podd.service", "podd-spawner.socket").stdout.split() == ["enabled"] * 2
    assert machine.run("systemctl", "is-active", "podd.service").stdout.strip() == "active"


def test_the_clock_is_right(machine):
    difference = int(machine.run("date", "+%s").stdout) - int(subprocess.check_output(["date", "+%s"]))
    assert abs(difference) < 60


def test_output_input_and_status_go_through(machine):
    told = machine.run("cat; echo trouble >&2; exit 7", check=False, input="größer\n")
    assert (told.status, told.stdout, told.stderr) == (7, "größer\n", "trouble\n")
    assert machine.run("no-such-program", "x", check=False).status == 127
    assert machine.run("id", "-un", user="alice").stdout.strip() == "alice"
    assert machine.run("kill -KILL $$", check=False).status == 128 + 9


def test_megabytes_go_through_both_ways(machine):
    text = "".join(f"{number:07}\n" for number in range(400_000))
    assert machine.run("cat", "-", input=text).stdout == text


def test_commands_run_side_by_side_and_output_flows(machine):
    slow = machine.popen("sh", "-c", "echo here; read line; echo $line", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert slow.stdout.readline() == "here\n"
    assert machine.run("echo", "meanwhile").stdout == "meanwhile\n"
    assert slow.communicate("done\n", timeout=60)[0] == "done\n"


def test_a_command_without_its_caller_makes_way(machine):
    left = machine.popen("sh", "-c", "echo $$; exec sleep infinity", stdout=subprocess.PIPE)
    pid = left.stdout.readline().strip()
    left.kill()
    left.communicate()
    machine.wait_for(f"! test -d /proc/{pid}", "the command to end")
    assert machine.run("echo", "again").stdout == "again\n"


def cgroup_file(machine, unit, name):
    group = machine.run("systemctl", "show", "-P", "ControlGroup", unit).stdout.strip()
    return machine.read(f"/sys/fs/cgroup{group}/{name}").strip()


def test_limits_of_a_pod_are_the_kernels(machine, pods):
    resources = {"limited": {"cpus": 0.5, "mem": 48}, "other": {"cpus": 2, "mem": 32}}
    pods.apply(pod("/limits", *(container(name, POLITE, resources=asked) for name, asked in resources.items())))
    (instance,) = pods.status("/limits")["Instances"]
    stem = instance["Unit"].removesuffix(".slice")
    expected = {f"{stem}-{name}.scope": asked for name, asked in resources.items()}
    expected[instance["Unit"]] = {"cpus": 2.5, "mem": 80}
    for unit, asked in expected.items():
        properties = machine.run("systemctl", "show", "-p", "MemoryMax", "-p", "CPUWeight", unit).stdout.split()
        memory, weight = cgroup_file(machine, unit, "memory.max"), cgroup_file(machine, unit, "cpu.weight")
        assert set(properties) == {f"MemoryMax={memory}", f"CPUWeight={weight}"}
        assert (int(memory), int(weight)) == (asked["mem"] << 20, asked["cpus"] * 100)
    for name, pid in pods.pids("/limits").items():
        assert str(pid) in cgroup_file(machine, f"{stem}-{name}.scope", "cgroup.procs").split()
