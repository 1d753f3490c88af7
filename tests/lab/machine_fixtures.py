# SPDX-License-Identifier: LGPL-2.1-or-later
"""What pytest does with every machine: one per module, and after every test the
question whether it left anything behind. A plugin of conftest.py, which says
by a fixture `boot` what kind of machine it is.
"""

import base64
import difflib
import pathlib
import subprocess
import time

import pytest

from machine import LAB
from pods import Pods, container, main_pid, pod, restarted

LEAK_DEADLINE = 10
last_fingerprint = {}  # by machine
SANITIZER_REPORTS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error: ")


def pytest_addoption(parser):
    group = parser.getgroup("machines")
    group.addoption("--preset", default="release", help="build to install in machines (a CMake preset, or none)")
    group.addoption("--install", metavar="TREE", help="an installed tree for them instead of a build")


def pytest_configure(config):
    config.addinivalue_line("markers", "leaks(*kinds): fingerprint kinds that this test may change (see fingerprint.pl)")


def pytest_report_header(config):
    return f"installed in machines: {config.getoption('install') or 'build ' + config.getoption('preset')}"


@pytest.fixture(scope="session")
def preset(request):
    chosen = request.config.getoption("preset")
    return None if chosen == "none" else chosen


@pytest.fixture(scope="module")
def machine(request, boot, preset):
    """Parametrised by "weakened" (see escapes.py), its podd-init is one without guards."""
    booted = boot()
    try:
        booted.guarded = getattr(request, "param", "") != "weakened"
        if not booted.guarded:
            weaken(booted, weakened_init(request.config, preset))
        if preset or request.config.option.install:
            run_first_pod(booted)
        yield booted
    finally:
        booted.stop()


def weakened_init(config, preset):
    """podd-init-weakened, which a build leaves beside its installed tree."""
    tree = config.option.install
    if not tree:
        command = [str(LAB), "tree", config.getoption("release", "host"), preset]
        tree = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
    program = pathlib.Path(tree).resolve().parent / "weakened" / "podd-init"
    assert program.exists(), f"{program} is missing: a copy of src/init/podd-init-weakened of the tree's build"
    return program


def weaken(booted, program):
    before = main_pid(booted, "podd-spawner.service")
    booted.run("base64 -d >/usr/libexec/podd/podd-init", input=base64.b64encode(program.read_bytes()).decode())
    booted.run("systemctl", "restart", "podd-spawner.service")
    restarted(booted, "podd-spawner.service", before)


def run_first_pod(booted):
    """What the first pod of a boot leaves is not that pod's (see test_first_pod.py)."""
    pods = Pods(booted)
    pods.apply(pod("/first", container("only")))
    pods.delete_all()


@pytest.fixture
def pods(machine, nothing_left_behind):
    """Pods on the machine; they are deleted before the fingerprint is compared."""
    of_this_test = Pods(machine)
    yield of_this_test
    of_this_test.delete_all()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    booted = item.funcargs.get("machine") if hasattr(item, "funcargs") else None
    if report.failed and booted:
        try:
            report.sections.append(("journal of the machine", booted.journal("--lines=100")))
        except Exception as error:  # the machine itself may be what failed
            report.sections.append(("journal of the machine", f"cannot be read: {error}"))


def settle(booted, before, without):
    """The fingerprint once it equals BEFORE but for WITHOUT, or at the deadline: all of it, and what is compared."""
    deadline = time.monotonic() + LEAK_DEADLINE * booted.patience
    while True:
        whole = booted.fingerprint()
        after = kept(whole, without)
        if after == before or time.monotonic() > deadline:
            return whole, after
        time.sleep(0.1)


def quiet_fingerprint(booted):
    """Of a machine that has just booted, once nothing changes by itself any more."""
    latest = booted.fingerprint()

    def is_quiet():
        nonlocal latest
        before, latest = latest, booted.fingerprint()
        return latest == before

    booted.wait_for(is_quiet, "the machine to come to rest")
    return latest


def kept(fingerprint, without):
    return [line for line in fingerprint if line.split(" ", 1)[0] not in without]


@pytest.fixture(autouse=True)
def nothing_left_behind(request):
    """The host fingerprint after a test equals the one before it; no sanitizer spoke."""
    if "machine" not in request.fixturenames:
        yield
        return
    booted = request.getfixturevalue("machine")
    marker = request.node.get_closest_marker("leaks")
    # Definitions and their history are meant to stay.
    without = ("state", *(marker.args if marker else ()))
    # What a test left is what the next one finds: nothing happens in between.
    before = kept(last_fingerprint.pop(booted.name, None) or quiet_fingerprint(booted), without)
    cursor = booted.journal_cursor()
    yield
    last_fingerprint[booted.name], after = settle(booted, before, without)
    if after != before:
        diff = difflib.unified_diff(before, after, "before the test", "after the test", lineterm="", n=0)
        pytest.fail("the test left something behind:\n" + "\n".join(diff), pytrace=False)
    lines = booted.journal("--after-cursor", cursor)
    if any(report in lines for report in SANITIZER_REPORTS):
        pytest.fail("a sanitizer reported:\n" + lines, pytrace=False)
