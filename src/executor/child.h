// SPDX-License-Identifier: LGPL-2.1-or-later
// What a process forked by the spawner does first, and for good: it leaves everything of the spawner behind
// (descriptors, session, signals, the event loop), does its work and exits without returning into the
// spawner's code.
#pragma once

#include <sys/resource.h>

#include <string>
#include <string_view>

#include "executor/settings.h"

namespace podd {

// Raises this process's limit of open files as far as it goes, and returns what it was: the spawner holds a
// descriptor for each instance, but containers get what programs expect.
rlimit raiseDescriptorLimit();

// An executor waits on `orders` (SOCK_SEQPACKET) for a packet with the descriptor of a memfd, its LaunchPlan; while it
// waits it ends when the spawner does. `initImage` is the memfd with podd-init.
constexpr std::string_view kPlanFollows = "plan";
[[noreturn]] void becomeExecutor(const Settings& settings, const rlimit& descriptors, int orders, int initImage);

// Writes what could not be removed to `complaints`.
[[noreturn]] void becomeRemover(const std::string& path, int complaints);

}  // namespace podd
