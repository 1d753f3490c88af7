// SPDX-License-Identifier: LGPL-2.1-or-later
// The container's view of the file system, made in its own mount namespace by the new mount API: everything goes
// through descriptors, no path is resolved twice. Nothing that is mounted here is seen by the host. Volumes and, for a
// container without a root of its own, everything else see what the host mounts or unmounts there later (slave
// propagation), so that no container keeps a disk of the host busy.
#pragma once

#include "init/plan.h"

namespace podd::init {

// All steps but that of the cgroup; enters the container's own root, if it has one.
void makeMounts(const Plan& plan);

// A cgroup namespace with its file system: the process has to be in its unit by now.
void enterCgroup(const Plan& plan);

}  // namespace podd::init
