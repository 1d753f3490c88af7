# SPDX-License-Identifier: LGPL-2.1-or-later
"""The disk of podd's state: what was acknowledged is there after the power has failed, since it was on the disk and not
only in the page cache; and project quotas hold where the file system has them."""

import pytest

from configuration import configured
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


def test_a_container_gets_no_more_than_its_disk(fragile):
    pods = Pods(fragile)
    fills = "dd if=/dev/zero of=$1 bs=1M count=20 2>&1 | grep -c 'quota exceeded'; stat -c %s $1; rm $1"
    # A number of project that its own root cannot give away, and then writes as much as it likes.
    gives = "chattr -p 0 /tmp/other 2>&1 | grep -c 'not permitted'"
    both = f"fills() {{ {fills}; }}; fills fill; fills /tmp/fill; touch /tmp/other; {gives}; echo end; exec sleep infinity"
    with configured(fragile, "enforce-disk-quota = yes\n"):
        pods.apply(pod("/full", container("c", both, resources={"cpus": 0.5, "mem": 64, "disk": 10}), container("d")))
        lines = pods.wait_line("/full", "end", timeout=120)
        first, in_sandbox, second, in_tmp = lines[:4]
        assert first == second == "1", lines
        assert 9 << 20 <= int(in_sandbox) <= 10 << 20 and 9 << 20 <= int(in_tmp) <= 10 << 20
        assert lines[4] == "1", "FS_IOC_FSSETXATTR is not for containers"
        pods.delete_all()


def test_a_pod_is_launched_again_after_a_power_failure(fragile):
    pods = Pods(fragile)
    pods.apply(pod("/kept", container("only", POLITE)))
    before = fragile.read("/proc/sys/kernel/random/boot_id")
    fragile.reboot(power_fails=True)
    assert fragile.read("/proc/sys/kernel/random/boot_id") != before
    fragile.podctl("wait", "/kept", "--for=stable", "--timeout=120")
    assert pods.pids("/kept")["only"] > 0
    pods.delete_all()
