# SPDX-License-Identifier: LGPL-2.1-or-later
"""pytest on virtual machines.

    /usr/bin/python3 -m pytest tests/vm --preset release
"""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).parent

sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(HERE.parent / "lab")]

from virtual_machine import VirtualMachine  # noqa: E402

pytest_plugins = ["machine_fixtures"]


@pytest.fixture(scope="session")
def boot(request, preset):
    """A function that boots a machine; whoever calls it stops it."""
    return lambda **options: VirtualMachine(preset, request.config.option.install, **options)
