# SPDX-License-Identifier: LGPL-2.1-or-later
"""A virtual machine as tests use it: as any machine, and its power can fail."""

import pathlib

from machine import Machine, installing

VM = pathlib.Path(__file__).with_name("vm")


class VirtualMachine(Machine):
    program = VM
    patience = 4

    def __init__(self, preset=None, tree=None, state_disk=None):
        """STATE_DISK "prjquota" puts /var/lib/podd on a disk with project quotas."""
        self.boot(*installing(preset, tree), *(["--state-disk", state_disk] if state_disk else []))

    def reboot(self, power_fails=False):
        self.ask("reboot", self.name, *(["--now"] if power_fails else []))
