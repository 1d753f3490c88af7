# SPDX-License-Identifier: LGPL-2.1-or-later
"""How exposed the daemons are, by systemd's own measure."""

import re

import pytest

LIMITS = {"podd.service": 2.0, "podd-spawner.service": 6.5, "podd-network.service": 5.0}


@pytest.mark.parametrize("unit", LIMITS)
def test_systemd_analyze_security(machine, unit):
    shown = machine.run("systemd-analyze", "security", "--no-pager", unit).stdout
    (exposure,) = re.findall(rf"Overall exposure level for {re.escape(unit)}: ([0-9.]+)", shown)
    assert float(exposure) <= LIMITS[unit], shown


def test_podd_has_almost_no_capabilities(machine):
    pid = machine.run("systemctl", "show", "-P", "MainPID", "podd.service").stdout.strip()
    shown = machine.read(f"/proc/{pid}/status")
    effective = int(re.search(r"CapEff:\s*([0-9a-f]+)", shown).group(1), 16)
    assert effective & ~(1 << 2 | 1 << 5) == 0, "CAP_DAC_READ_SEARCH and CAP_KILL"
    assert re.search(r"NoNewPrivs:\s*1", shown) and re.search(r"Seccomp:\s*2", shown)


def test_what_is_podds_own_is_closed_to_users(machine):
    for path in ("/run/podd/executor.sock", "/run/podd/spawner.sock", "/run/podd/network.sock", "/run/podd/instances",
                 "/run/podd/leases", "/run/podd/addresses", "/var/lib/podd/pods"):
        machine.run("test", "-e", path)
        assert machine.run("sh", "-c", f"ls {path}/ || test -r {path} || test -w {path}", user="alice",
                           check=False).status != 0, path
    assert machine.run("ls", "/run/podd", user="alice", check=False).status != 0
    assert machine.run("cat", "/run/podd/names/hosts", user="alice").stdout.startswith("#"), "but names are everybody's"
