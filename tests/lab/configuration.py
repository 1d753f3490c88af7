# SPDX-License-Identifier: LGPL-2.1-or-later
"""podd configured otherwise for the time of a test."""

import contextlib

from machine_fixtures import run_first_pod

DROP_IN = "/etc/podd/podd.conf.d/test.conf"


@contextlib.contextmanager
def configured(machine, text):
    """podd with these settings, and then with its defaults again."""
    machine.write(DROP_IN, text)
    try:
        machine.run("systemctl", "restart", "podd.service")
        yield
    finally:
        machine.run("rm", "-r", "/etc/podd")
        machine.run("systemctl", "restart", "podd.service")
        run_first_pod(machine)  # this podd has launched none, and has no timers yet
