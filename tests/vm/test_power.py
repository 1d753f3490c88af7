# SPDX-License-Identifier: LGPL-2.1-or-later
"""What was acknowledged is there after the power has failed: it was on the disk, not only in the page cache."""

import pytest

from pods import POLITE, Pods, container, pod


@pytest.fixture(scope="module")
def fragile(boot):
    booted = boot(state_disk="prjquota")
    try:
        yield booted
    finally:
        booted.stop()


def test_the_state_disk_has_project_quotas(fragile):
    assert "prjquota" in fragile.run("findmnt", "-no", "OPTIONS", "/var/lib/podd").stdout


def test_a_pod_is_launched_again_after_a_power_failure(fragile):
    pods = Pods(fragile)
    pods.apply(pod("/kept", container("only", POLITE)))
    before = fragile.read("/proc/sys/kernel/random/boot_id")
    fragile.reboot(power_fails=True)
    assert fragile.read("/proc/sys/kernel/random/boot_id") != before
    fragile.podctl("wait", "/kept", "--for=stable", "--timeout=120")
    assert pods.pids("/kept")["only"] > 0
    pods.delete_all()
