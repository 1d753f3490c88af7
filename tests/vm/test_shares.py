# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a container gets of what is scarce: processors, processes, memory, block devices; and what is told about it."""

import contextlib
import re
import time

import pytest
from limits import (
    AT_BEGIN,
    BEGIN,
    BUSY,
    FORK_BOMB,
    LATER,
    MIB,
    cgroup,
    cgroup_values,
    configured,
    gates,
    processor_seconds,
    release,
    scope,
)
from pods import POLITE, container, pod

WINDOW = 10


def busy(name, cpus, **fields):
    return container(name, BUSY, resources={"cpus": cpus, "mem": 32}, **fields)


def test_half_a_processor_is_half_a_processor(machine, pods):
    with configured(machine, "cfs = yes\n"):
        free = container("free", resources={"cpus": 0.5, "mem": 32}, resourceLimits={"cpus": "unlimited"})
        pods.apply(pod("/half", busy("limited", 0.5, resourceLimits={"cpus": 0.5}), free))
        pods.apply(pod("/cfs", container("only", resources={"cpus": 0.5, "mem": 32})))
        (half,), (cfs,) = pods.status("/half")["Instances"], pods.status("/cfs")["Instances"]
        assert cgroup_values(machine, scope(half, "limited"), "cpu.max", "cpu.weight") == ["50000 100000", "50"]
        assert cgroup_values(machine, scope(half, "free"), "cpu.max") == ["max 100000"]
        assert cgroup_values(machine, half["Unit"], "cpu.max") == ["max 100000"], "one has none"
        assert cgroup_values(machine, scope(cfs, "only"), "cpu.max") == ["50000 100000"]
        assert cgroup_values(machine, cfs["Unit"], "cpu.max") == ["50000 100000"]
        elapsed, (used,) = processor_seconds(machine, [cgroup(machine, scope(half, "limited"))], WINDOW)
        print(f"{used / elapsed:.1%} of a processor in {elapsed:.1f} s")
        assert 0.45 <= used / elapsed <= 0.55
        shown = pods.show(f"{half['Name']}/limited")
        assert shown["CPUQuotaPerSecUSec"] == 500_000 and shown["CPUThrottledUSec"] > 0
        pods.delete_all()


def test_one_processor_is_shared_in_proportion_to_cpus(machine, pods):
    pods.apply(pod("/shared", busy("one", 0.5), busy("three", 1.5)))
    (instance,) = pods.status("/shared")["Instances"]
    scopes = [scope(instance, name) for name in ("one", "three")]
    assert [cgroup_values(machine, each, "cpu.weight") for each in scopes] == [["50"], ["150"]]
    machine.run("systemctl", "set-property", "--runtime", instance["Unit"], "AllowedCPUs=0")
    assert cgroup_values(machine, instance["Unit"], "cpuset.cpus.effective") == ["0"]
    elapsed, (one, three) = processor_seconds(machine, [cgroup(machine, each) for each in scopes], WINDOW)
    print(f"{one:.2f} s and {three:.2f} s in {elapsed:.1f} s: 1:{three / one:.2f}")
    assert 2.7 <= three / one <= 3.3
    assert one + three > 0.7 * elapsed


# Kills, and tells after how many seconds a cgroup had no process.
KILL_AND_WATCH = """
    use Time::HiRes qw(sleep clock_gettime CLOCK_MONOTONIC);
    my ($pid, $group) = @ARGV;
    my $begin = clock_gettime(CLOCK_MONOTONIC);
    kill "KILL", $pid or die "$pid: $!";
    sub lives { open my $procs, "<", "$group/cgroup.procs" or return 0; return defined <$procs> }
    sleep 0.005 while lives;
    print clock_gettime(CLOCK_MONOTONIC) - $begin, "\\n";
"""


def test_a_fork_bomb_stays_within_its_limit(machine, pods):
    with configured(machine, "pids-limit = 64\n"):
        instances, groups = {}, {}
        for name in ("/killed", "/deleted"):
            pods.apply(pod(name, container("bomb", FORK_BOMB), scheduling=LATER))
            (instances[name],) = pods.status(name)["Instances"]
            groups[name] = cgroup(machine, scope(instances[name], "bomb"))
            assert cgroup_values(machine, scope(instances[name], "bomb"), "pids.max") == ["64"]
        for name, group in groups.items():
            machine.wait_for(f'read max count <{group}/pids.events; [ "$count" -gt 10 ]', f"{name} to reach its limit")
            shown = pods.show(f"{instances[name]['Name']}/bomb")
            assert (shown["TasksMax"], shown["TasksCurrent"]) == (64, 64)
            assert int(machine.read(f"{group}/pids.peak")) <= 64
        began = time.monotonic()
        machine.podctl("delete", "/deleted")
        print(f"deleted in {time.monotonic() - began:.1f} s")
        pid = pods.pids("/killed")["bomb"]
        seconds = float(machine.run("perl", "-e", KILL_AND_WATCH, str(pid), groups["/killed"]).stdout)
        print(f"64 processes gone {seconds:.2f} s after their init")
        assert seconds < 1
        machine.run("test", "!", "-e", groups["/deleted"])
        pods.delete_all()


def limited(name, mem, most=None):
    limits = {"resourceLimits": {"mem": most, "cpus": 1}} if most else {}
    return container(name, resources={"cpus": 0.5, "mem": mem}, **limits)


# Values of memory.max, memory.low, cpu.max, cpu.weight, pids.max of the slice and of both containers.
FILES = ("memory.max", "memory.low", "cpu.max", "cpu.weight", "pids.max")
SUMS = {
    "limits": ({}, (96, 64), {
        "slice": [str(160 * MIB), str(64 * MIB), "200000 100000", "100", "200"],
        "a": [str(96 * MIB), str(32 * MIB), "100000 100000", "50", "100"],
        "b": [str(64 * MIB), str(32 * MIB), "100000 100000", "50", "100"]}),
    "unlimited": ({}, ("unlimited", 64), {
        "slice": ["max", str(64 * MIB), "200000 100000", "100", "200"],
        "a": ["max", str(32 * MIB), "100000 100000", "50", "100"],
        "b": [str(64 * MIB), str(32 * MIB), "100000 100000", "50", "100"]}),
    "shared": ({"legacySharedCgroups": True}, (None, None), {
        "slice": [str(64 * MIB), "0", "max 100000", "100", "200"],
        "a": ["max", "0", "max 100000", "100", "max"],
        "b": ["max", "0", "max 100000", "100", "max"]}),
}


def test_the_slice_of_an_instance_has_the_sums_of_its_containers(machine, pods):
    with configured(machine, "pids-limit = 100\n"):
        for name, (fields, most, expected) in SUMS.items():
            pods.apply(pod(f"/{name}", limited("a", 32, most[0]), limited("b", 32, most[1]), **fields))
            (instance,) = pods.status(f"/{name}")["Instances"]
            found = {"slice": cgroup_values(machine, instance["Unit"], *FILES)}
            found.update({each: cgroup_values(machine, scope(instance, each), *FILES) for each in "ab"})
            assert found == expected, name
        pods.delete_all()


def test_block_devices_are_read_as_fast_as_podd_conf_says(machine, pods):
    disk, number = machine.run("lsblk -no PATH,MAJ:MIN $(findmnt -no SOURCE /)").stdout.split()
    settings = f"io-read-bandwidth-max = {disk}:1M\nio-write-iops-max = {disk}:500\nio-weight = 50\n"
    machine.run("head -c 8M /dev/urandom >/srv/data && sync /srv/data")
    read = "dd if=/srv/data of=/dev/null bs=256k count=16 iflag=direct 2>&1"
    try:
        with gates(machine), configured(machine, settings):
            pods.apply(pod("/reader", container("dd", f"{AT_BEGIN}; {read}; sleep infinity")))
            (instance,) = pods.status("/reader")["Instances"]
            unit = scope(instance, "dd")
            assert cgroup_values(machine, unit, "io.max") == [f"{number} rbps={MIB} wbps=max riops=max wiops=500"]
            release(machine, BEGIN)
            limited_line = pods.wait_line("/reader", "copied")[-1]
            shown = pods.show(f"{instance['Name']}/dd")
            weights = machine.run(f"cat {cgroup(machine, unit)}/io*.weight", check=False).stdout
            pods.delete_all()
        seconds = [seconds_of(line) for line in (machine.run(read).stdout, limited_line)]
        print(f"4 MiB read in {seconds[0]:.2f} s without, and in {seconds[1]:.2f} s with a limit of 1 MiB/s")
        assert seconds[0] < 2 and 3 <= seconds[1] < 8
        assert 4 * MIB <= shown["IOReadBytes"] < 6 * MIB
    finally:
        machine.run("rm", "/srv/data")
    if not weights:
        pytest.skip("the kernel has neither io.weight nor io.bfq.weight")
    assert "default 50" in weights


def seconds_of(line):
    return float(re.search(r"copied, ([0-9.e-]+) s", line).group(1))


# What a container tries, whenever it is let through the gate: the root disk, by a node of the host's file system (in the
# sandbox there is none that works, it is mounted nodev) and by one that it makes; a device that it may read and not write;
# and what would change a device of the host.
TRY_DEVICES = """
    exec 2>&1
    while :; do
        read line <{gate}
        dd if=/srv/disk of=/dev/null count=1
        mknod new b {major} {minor}
        dd if=/dev/hwrng bs=1 count=1 2>/dev/null | wc -c
        dd if=/dev/zero of=/dev/hwrng count=1
        chmod 600 /dev/null /etc/shadow
        echo tried
    done
"""
TRIED = [
    "dd: failed to open '/srv/disk': Operation not permitted",
    "mknod: new: Operation not permitted",
    "1",
    "dd: failed to open '/dev/hwrng': Operation not permitted",
    "chmod: changing permissions of '/dev/null': Read-only file system",
    "chmod: changing permissions of '/etc/shadow': Read-only file system",
    "tried",
]


@contextlib.contextmanager
def node(machine, path, major, minor):
    machine.run("mknod", path, "b", major, minor)
    try:
        yield
    finally:
        machine.run("rm", path)


def test_only_allowed_devices_can_be_opened(machine, pods):
    major, minor = machine.run("lsblk", "-dnro", "MAJ:MIN", "/dev/vda").stdout.strip().split(":")
    capabilities = "CHOWN DAC_OVERRIDE FOWNER MKNOD SYS_ADMIN SYS_RAWIO"
    settings = f"capabilities = {capabilities}\nallowed-devices = /dev/hwrng:r\n"
    with gates(machine), configured(machine, settings), node(machine, "/srv/disk", major, minor):
        pods.apply(pod("/devices", container("only", TRY_DEVICES.format(gate=BEGIN, major=major, minor=minor))))
        (instance,) = pods.status("/devices")["Instances"]
        changes = [
            ["true"],
            ["systemctl", "daemon-reload"],
            ["systemctl", "set-property", "--runtime", instance["Unit"], "CPUWeight=77"],
            ["systemctl", "set-property", "--runtime", scope(instance, "only"), "CPUWeight=78"],
        ]
        for number, change in enumerate(changes):
            machine.run(*change)
            release(machine, BEGIN)
            lines = machine.wait_for(lambda: tried(pods, instance["Name"], number + 1), "the container to have tried")
            assert lines[-len(TRIED):] == TRIED, change
        assert cgroup_values(machine, instance["Unit"], "cpu.weight") == ["77"]
        pods.delete_all()


def tried(pods, name, times):
    lines = pods.lines(name)
    return lines if lines.count("tried") == times else None


def test_a_limit_that_systemctl_sets_takes_effect_and_is_shown(machine, pods):
    pods.apply(pod("/web", container("only", POLITE)))
    before = pods.show("/web")["MemoryMax"]
    try:
        machine.run("systemctl", "set-property", "pod-web.slice", "MemoryMax=48M")
        assert cgroup_values(machine, "pod-web.slice", "memory.max") == [str(48 * MIB)]
        assert pods.show("/web")["MemoryMax"] == 48 * MIB != before
        assert re.search(r"Memory: .*max: 48\.0M", machine.podctl("status", "/web").stdout)
    finally:
        machine.run("systemctl", "revert", "pod-web.slice")


# A tenth of a second or so of each second of what is going on: writing in the sandbox, and computing.
AT_WORK = "sleep infinity & while :; do dd if=/dev/zero of=file bs=64k count=64 conv=fsync 2>/dev/null; done"


def test_usage_is_reported(machine, pods):
    with configured(machine, "disk-watch-interval = 1\n"):
        pods.apply(pod("/work", container("worker", AT_WORK, resources={"cpus": 0.5, "mem": 48, "disk": 100})))
        (name,) = pods.instances("/work")
        worker = f"{name}/worker"
        shown = pods.wait_property(worker, lambda each: 4 * MIB <= (each["DiskUsage"] or 0) <= 5 * MIB, "4 MiB on disk")
        assert 0 < shown["MemoryCurrent"] <= shown["MemoryPeak"] <= shown["MemoryMax"] == 48 * MIB
        assert shown["CPUUsageNSec"] > 0 and shown["IOWriteBytes"] > 0 and shown["OOMKills"] == 0
        assert pods.show("/work")["DiskUsage"] >= 4 * MIB
        top = {row["name"]: row for row in machine.podctl("top", "--json=short").json()}
        assert set(top) == {"/work", name, worker}
        for row in top.values():
            assert row["cpu_percent"] > 1 and row["written_per_second"] > MIB / 10 and row["tasks"] >= 2
            assert row["memory"] > 0 and 0 <= row["memory_pressure"] <= 100
        assert top[worker]["memory_max"] == 48 * MIB
        assert 0 < top[worker]["disk"] <= 5 * MIB, "it is written anew all the time"
        text = machine.podctl("top").stdout
        assert re.search(rf"{worker} +[0-9.]+% .* / 48\.0M ", text), text
        pods.delete_all()
