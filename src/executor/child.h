// SPDX-License-Identifier: LGPL-2.1-or-later
// What a process forked by the spawner does first, and for good: it leaves everything of the spawner behind
// (descriptors, session, signals, the event loop), does its work and exits without returning into the
// spawner's code.
#pragma once

#include <sys/resource.h>

#include <string>

#include "executor/settings.h"

namespace podd {

// Raises this process's limit of open files as far as it goes, and returns what it was: the spawner holds a
// descriptor for each instance, but containers get what programs expect.
rlimit raiseDescriptorLimit();

// `plan` and `initImage` are descriptors of memfds: the LaunchPlan and podd-init.
[[noreturn]] void becomeExecutor(const Settings& settings, const rlimit& descriptors, int plan, int initImage);

// Writes what could not be removed to `complaints`.
[[noreturn]] void becomeRemover(const std::string& path, int complaints);

}  // namespace podd
