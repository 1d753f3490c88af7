// SPDX-License-Identifier: LGPL-2.1-or-later
// The way into a container that runs already: its cgroup, so that what the command uses is the container's, and its
// namespaces. Whoever is in there must not get hold of this process, which still has everything that podd-init has: it is
// not dumpable (init/process.h), and what it has from outside is closed before the command is looked for.
#pragma once

#include "init/plan.h"

namespace podd::init {

void joinContainer(const Plan& plan);

}  // namespace podd::init
