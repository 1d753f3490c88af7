// SPDX-License-Identifier: LGPL-2.1-or-later
// The parent of a command that runs in a container beside its program. The container's own first process may not be one
// that reaps what others leave behind, and checks that time out would fill it with zombies.
#pragma once

#include "init/plan.h"

namespace podd::init {

// Goes on in a new process, which ends with this one. This one becomes the container's user, but for the filter, and ends
// as the command does, when all that it has started has been killed and reaped. SIGTERM kills the command.
void beSupervised(const Plan& plan);

// In the new process, when it has become its user.
void endWithSupervisor();

}  // namespace podd::init
