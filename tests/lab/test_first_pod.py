# SPDX-License-Identifier: LGPL-2.1-or-later
"""The first pod of a boot: what it leaves is what every later one finds."""

import pytest
from pods import Pods, container, pod


@pytest.fixture
def fresh(boot):
    booted = boot()
    yield booted
    booted.stop()


def test_the_first_pod_leaves_only_what_serves_all_others(fresh):
    pods = Pods(fresh)
    before = set(fresh.fingerprint(("state", "descriptor", "socket")))
    pods.apply(pod("/first", container("a"), container("b")))
    pods.delete_all()
    allowed = {"unit pod.slice loaded active active", "cgroup /pod.slice processes=0",
               "file /var/lib/podd/sandboxes d 711 root"}
    fresh.wait_for(lambda: set(fresh.fingerprint(("state", "descriptor", "socket"))) - before <= allowed,
                   "everything of the first pod to go")
    assert before <= set(fresh.fingerprint(("state", "descriptor", "socket")))
