// SPDX-License-Identifier: LGPL-2.1-or-later
#include "init/join.h"

#include <errno.h>
#include <sched.h>
#include <unistd.h>

#include "init/report.h"
#include "init/system.h"

namespace podd::init {

void joinContainer(const Plan& plan) {
    int next = kInitJoinFd;
    if (plan.group && write(next++, "0", 1) != 1)  // 0 is the writer
        fail(InitStep::setup, errno, "cgroup of the container");
    if (plan.cgroupNamespace && unshare(CLONE_NEWCGROUP) < 0)
        fail(InitStep::setup, errno, "cgroup namespace");
    for (uint32_t i = 0; i < plan.namespaces; ++i)
        if (setns(next++, 0) < 0)
            fail(InitStep::setup, errno, "namespace of the container");
    if (closeRange(kInitJoinFd) < 0)
        fail(InitStep::setup, errno, "close_range");
}

}  // namespace podd::init
