// SPDX-License-Identifier: LGPL-2.1-or-later
// How containers and instances ended, in the words that clients and the history are told.
#pragma once

#include <optional>
#include <string>

#include "core/instance_machine.h"
#include "model/termination.h"

namespace podd {

// preparing, running, finished, failed, killed
const char* containerStateName(const ContainerRecord& container);

// In the words of systemd's Result=: success, exit-code, signal, core-dump, oom-kill, disk-limit; "" while it has not ended.
std::string resultName(const ContainerRecord& container);

// What is to be remembered of an instance that has ended; nothing when it was asked to. `nowUsec` is its end where no
// container tells a better time. Instance, version, launch and boot are left to the caller.
std::optional<Termination> terminationOf(const InstanceState& ended, uint64_t nowUsec);

}  // namespace podd
