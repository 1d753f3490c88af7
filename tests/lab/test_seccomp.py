# SPDX-License-Identifier: LGPL-2.1-or-later
"""The filter of system calls as a container meets it, against the table of verdicts that the unit tests keep."""

import base64
import errno
import json
import pathlib
import re
import struct

import pytest
from escapes import ESCAPE, HARDENED, attack, facts, perl, shelf  # noqa: F401
from pods import container, pod

TABLE = pathlib.Path(__file__).parents[1] / "unit" / "seccomp" / "x86_64.tsv"
SIGSYS = 31
X32 = 0x40000000
# Each call in a process of its own, with arguments that no call can do anything with, and some time to come back.
SWEEP = """
for (@ARGV) {
    ($n, $s, $u) = split /[:.]/;
    unless ($p = fork) {
        $t = pack("q4", 0, 0, $s, $u);
        syscall(38, 0, $t, 0);
        $r = syscall($n, -1, -1, -1, -1, -1, -1);
        syscall(231, $r < 0 ? $!+0 : 0);
    }
    waitpid $p, 0;
    print "$n=", ($? & 127) ? "signal " . ($? & 127) : $? >> 8, "\\n";
}
""".replace("\n", " ")
# Allowed by the profile, but the filters of podd-spawner.service say EPERM (@clock and RestrictRealtime= of systemd.exec(5)).
UNITS = {"adjtimex", "clock_adjtime", "sched_setscheduler"}
# uretprobe(2) and uprobe(2): newer kernels let no filter see them. They do nothing outside of the kernel's own trampolines.
UNFILTERED = {335, 336}


def table():
    rows = [line.split("\t") for line in TABLE.read_text().splitlines() if line[:1].isdigit()]
    return {int(number): (name, verdict) for number, name, verdict in rows}


def sweep(run, numbers, patient=()):
    """What each call has answered: an errno, 0, or the signal that ended it. Those that wait have not been denied."""
    calls = " ".join(f"{n}:{'5.0' if n in patient else '0.100000'}" for n in numbers)
    return {int(number): result for number, result in facts(run(f"{perl(SWEEP)} {calls}")).items()}


@pytest.fixture(autouse=True)
def x86_64(machine):
    if machine.run("uname -m").stdout != "x86_64\n":
        pytest.skip("the table is that of x86-64")


@ESCAPE
def test_every_call_is_treated_as_the_table_says(machine, pods):
    rows = {number: row for number, row in table().items() if number not in UNFILTERED}
    assert len(rows) >= 599
    denied = {"EPERM": str(errno.EPERM), "ENOSYS": str(errno.ENOSYS)}
    seen = sweep(lambda script: attack(pods, script), rows, {n for n in rows if rows[n][1] in denied})
    assert set(seen) == set(rows)
    wrong = {f"{n} {rows[n][0]}": (rows[n][1], seen[n]) for n in rows if rows[n][1] in denied and seen[n] != denied[rows[n][1]]}
    if not machine.guarded:
        assert {"165 mount", "272 unshare", "250 keyctl", "308 setns", "430 fsopen", "321 bpf"} <= set(wrong), wrong
        return
    assert wrong == {}
    # The kernel itself may say the same to a call that is allowed; then it says so to everybody.
    doubtful = [n for n in rows if rows[n][1] == "allow" and seen[n] in denied.values()]
    outside = sweep(lambda script: machine.run(script).stdout.splitlines(), doubtful, doubtful)
    assert {rows[n][0] for n in doubtful if outside[n] != seen[n]} <= UNITS, (doubtful, seen, outside)
    assert f"signal {SIGSYS}" not in seen.values()


# An ELF program of one segment: getpid() by int 0x80, then exit(0) as x86-64 has it.
CODE = bytes.fromhex("b814000000 cd80 31ff b83c000000 0f05")
BASE = 0x400000
INT80 = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 62, 1, BASE + 120, 64, 0, 0, 64, 56, 1, 64, 0, 0) + struct.pack(
    "<IIQQQQQQ", 1, 5, 0, BASE, BASE, 120 + len(CODE), 120 + len(CODE), 0x1000) + CODE


@HARDENED
def test_calls_of_other_architectures_end_the_process(machine, shelf, pods):  # noqa: F811
    machine.run(f"base64 -d >{shelf}/int80; chmod 755 {shelf}/int80", input=base64.b64encode(INT80).decode())
    # A kernel without 32-bit programs sends SIGSEGV, everywhere.
    outside = machine.run(f"{shelf}/int80", check=False).status
    assert outside in (0, 139)
    numbers = [X32 + n for n in (0, 1, 39, 56, 59, 165, 272, 512, 520, 544)]
    lines = attack(pods, "v/int80; echo int80=$?", volumes=[(shelf, "v", True)])
    assert facts(lines)["int80"] == str(128 + SIGSYS if outside == 0 else outside), lines
    seen = sweep(lambda script: attack(pods, script, pod_id="/x32"), numbers, numbers)
    assert seen == dict.fromkeys(numbers, f"signal {SIGSYS}")


@HARDENED
def test_personalities(machine, pods):
    # ADDR_NO_RANDOMIZE and READ_IMPLIES_EXEC, and the one that it has.
    lines = attack(pods, perl('for (0x0040000, 0x0400000, 0) { $r = syscall(135, $_); '
                              'print "$_=", $r < 0 ? $!+0 : "ok", "\\n" }'))
    assert facts(lines) == {str(0x0040000): "1", str(0x0400000): "1", "0": "ok"}, lines


@HARDENED
@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "", ".", "..", "none-such", "a/b"])
def test_profiles_are_the_operators_by_name(machine, pods, name):
    definition = pod("/profile", container("c", linuxInfo={"seccomp": {"profileName": name}}))
    answer = machine.podctl("apply", "-", input=json.dumps(definition), check=False)
    assert answer.status == 1 and re.search("seccomp", answer.stderr), answer
    assert "/profile" not in pods.ids() or pods.instances("/profile") == []
