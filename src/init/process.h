// SPDX-License-Identifier: LGPL-2.1-or-later
// What the executor and the spawner have left on this process: signals, descriptors, session, scheduling of
// the OOM killer. A container starts from the defaults.
#pragma once

#include "init/plan.h"

namespace podd::init {

// While podd-init waits, SIGTERM ends it. PID 1 of a PID namespace would not even see the signal without a
// handler, and a stop during the launch would hang until SIGKILL.
void endOnTerm();

void resetSignals();  // for the container's program

// Own session, nothing open but 0 to 2 and the descriptors of ours (which an exec closes), nobody looks into it.
void detach(const Plan& plan);

}  // namespace podd::init
