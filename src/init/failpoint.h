// SPDX-License-Identifier: LGPL-2.1-or-later
// The points of base/failpoint.h in podd-init, which links nothing of it. The kernel protects the first process of a PID
// namespace from a SIGKILL of its own, so that "kill" ends it with the exit status that shells give to one.
#pragma once

#include "model/init_protocol.h"

#ifdef PODD_FAILPOINTS

namespace podd::init {

constexpr int kLastFd = kInitPlanFd + 1;  // that is not closed with the mounts: the directory of the points

void reachFailpoint(const char* name);

}  // namespace podd::init

#define PODD_FAILPOINT(name) ::podd::init::reachFailpoint("failpoint:" name)

#else

namespace podd::init {

constexpr int kLastFd = kInitPlanFd;

}  // namespace podd::init

#define PODD_FAILPOINT(name) static_cast<void>(0)

#endif
