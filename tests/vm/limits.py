# SPDX-License-Identifier: LGPL-2.1-or-later
"""What tests of limits have in common: podd configured otherwise for a while, values of cgroups, and measuring."""

import contextlib

from configuration import DROP_IN, configured  # noqa: F401

MIB = 1 << 20
LATER = {"backoff": {"backoff": 300}}  # scheduling: what has failed stays away, for a test to look at

# What a fork bomb is to a machine. A process that cannot fork lets the others have the processor.
FORK_BOMB = "exec perl -e 'while (1) { defined(fork) or select(undef, undef, undef, 0.5) }'"
BUSY = "while :; do :; done"

# Gates: containers wait there without a process that polls.
BEGIN, HOLD = "/srv/begin", "/srv/hold"
AT_BEGIN = f"read line <{BEGIN}"
HELD = f"trap 'read line <{HOLD}; exit 0' TERM; sleep infinity & wait"


@contextlib.contextmanager
def gates(machine):
    machine.run(f"mkfifo {BEGIN} {HOLD}")
    try:
        yield
    finally:
        machine.run(f"rm {BEGIN} {HOLD}")


def release(machine, gate):
    """Lets go who waits at GATE; somebody has to, or will."""
    machine.run(f"timeout 60 sh -c ': >{gate}'")


def scope(instance, name):
    return instance["Unit"].replace(".slice", f"-{name}.scope")


def cgroup(machine, unit):
    group = machine.run("systemctl", "show", "-P", "ControlGroup", unit).stdout.strip()
    assert group, f"{unit} has no cgroup"
    return f"/sys/fs/cgroup{group}"


def cgroup_values(machine, unit, *names):
    """The contents of cgroup files of one line."""
    group = cgroup(machine, unit)
    return machine.run("cat", *(f"{group}/{name}" for name in names)).stdout.splitlines()


def processor_seconds(machine, groups, window):
    """Seconds of processor time that each of GROUPS gets, and the seconds in which it did, in WINDOW seconds or so."""
    script = """
        use Time::HiRes qw(sleep clock_gettime CLOCK_MONOTONIC);
        sub used { map { open my $f, "<", "$_/cpu.stat" or die "$_: $!"; <$f> =~ /usage_usec (\\d+)/ or die; $1 } @_ }
        my $window = shift;
        my ($then, @before) = (clock_gettime(CLOCK_MONOTONIC), used(@ARGV));
        sleep $window;
        my ($now, @after) = (clock_gettime(CLOCK_MONOTONIC), used(@ARGV));
        print join(" ", $now - $then, map { ($after[$_] - $before[$_]) / 1e6 } 0 .. $#ARGV), "\\n";
    """
    elapsed, *seconds = map(float, machine.run("perl", "-e", script, str(window), *groups).stdout.split())
    return elapsed, seconds
