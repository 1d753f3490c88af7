# SPDX-License-Identifier: LGPL-2.1-or-later
"""The tour in the README, walked in its order: every command does what is printed below it."""

import pathlib
import re

import pytest

README = pathlib.Path(__file__).parents[2] / "README.md"
INSTALLED = "/usr/share/doc/podd/examples"

# What is another each time, and what stands for it.
VARYING = [
    (r"[┌├└│─]", " "),
    (r"\w{3} \d{4}-\d\d-\d\d [\d:]+ UTC", "TIME"),
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "VERSION"),
    (r"^\w{3} \d\d [\d:]+ ", "TIME "),
    (r"\blab-\w+", "HOST"),
    (r"\b[\d.]+(us|ms|s|min|h)\b( [\d.]+(us|ms|s|min)\b)*", "DURATION"),
    (r"\d+([.,:]\d+)*", "N"),
    (r"\s+", " "),
]
# These change nothing, and what they show may take a moment to be so.
LOOKING = re.compile(
    r"(podctl (list|status|logs|cat|diff|history|isolators|plan|top)|systemctl status|journalctl|busctl)\b")


def steps():
    """(user, command, printed lines) in the order of the tour."""
    tour = README.read_text().split("\n## A tour", 1)[1].split("\n## ", 1)[0]
    found = []
    for block in re.findall(r"^```\n(.*?)^```$", tour, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line[:2] in ("# ", "$ "):
                found.append((None if line[0] == "#" else "alice", line[2:], []))
            else:
                found[-1][2].append(line)
    return found


def normal(line):
    for pattern, replacement in VARYING:
        line = re.sub(pattern, replacement, line)
    return line.strip()


def is_like(printed, line):
    """Either may leave out its end behind an ellipsis, or a part of it in the middle."""
    if "…" not in printed + line:
        return printed == line
    ours, theirs = printed.split("…")[0], line.split("…")[0]
    return ours.startswith(theirs) or theirs.startswith(ours)


def missing(printed, shown):
    """The printed lines that SHOWN has nothing like."""
    lines = [normal(line) for line in shown.splitlines()]
    wanted = [normal(line) for line in printed if line.strip() not in ("", "…")]
    return [each for each in wanted if not any(is_like(each, line) for line in lines)]


def test_the_pictures_differ_only_in_what_varies():
    assert not missing(["  ├─web: running, PID 88, 2ms"], "├─web: running, PID 1012, 1.513s")
    assert not missing(["Nov 21 23:16:32 /hello.1 web[88]: 127.0.0.1:41726: response:200"],
                       "Dec 01 00:00:01 /hello.1 web[9]: 127.0.0.1:2: response:404")
    assert missing(["web: running"], "web: failed")
    assert missing(["web: running"], "")


@pytest.fixture
def home(machine):
    """Where the reader is: a directory with the examples in it."""
    path = machine.run("mktemp", "-d").stdout.strip()
    machine.run(f"ln -s {INSTALLED} {path}/examples && chmod 755 {path}")
    yield path
    machine.run("rm", "-r", path)


def test_every_command_of_the_tour_does_what_is_printed(machine, pods, home):
    walked = steps()
    assert len(walked) > 20
    for user, command, printed in walked:

        def step():
            shown = machine.run(f"cd {home}; exec 2>&1; SYSTEMD_COLORS=0 COLUMNS=120 {command}", user=user, check=False)
            lacking = missing(printed, shown.stdout)
            refused = "podctl: " in shown.stdout and not any(line.startswith("podctl: ") for line in printed)
            return "" if not lacking and not refused else f"{command}: {lacking or ''}, but:\n{shown.stdout}"

        problem = step()
        if problem and LOOKING.match(command):
            machine.wait_for(lambda: not step(), problem)
        else:
            assert not problem, problem
