// SPDX-License-Identifier: LGPL-2.1-or-later
// The container's program: found, and checked as far as can be, before podd-init says that it is ready, so
// that a missing command or interpreter fails the launch while nothing of the instance has been exec'ed.
#pragma once

#include "init/plan.h"

namespace podd::init {

// The path of argv[0]: as it is when it has a '/', else the first executable file in the container's PATH.
// Must be called in its working directory, seeing files as its user (init/credentials.h).
const char* findCommand(const Plan& plan);

[[noreturn]] void execCommand(const Plan& plan, const char* path);

}  // namespace podd::init
