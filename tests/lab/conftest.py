# SPDX-License-Identifier: LGPL-2.1-or-later
"""pytest in the lab, on machines of a Debian release.

    /usr/bin/python3 -m pytest tests/lab --release trixie --preset release
"""

import pathlib
import sys

import pytest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from machine import Machine  # noqa: E402

pytest_plugins = ["machine_fixtures"]


def pytest_addoption(parser):
    group = parser.getgroup("machines")
    group.addoption("--release", default="host", help="machines of this Debian release (bookworm, trixie, host)")
    group.addoption("--many", action="store_true", help="test_scale.py with as many pods and restarts as the goals say")


def pytest_report_header(config):
    return f"lab: machines of {config.getoption('release')}"


@pytest.fixture(scope="session")
def boot(request, preset):
    """A function that boots a machine; whoever calls it stops it."""
    options = request.config.option
    return lambda: Machine(options.release, preset, options.install)
