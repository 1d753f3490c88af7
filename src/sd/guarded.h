// SPDX-License-Identifier: LGPL-2.1-or-later
// The gates between exceptions and libsystemd's C frames: every callback is a noexcept trampoline through one of these.
#pragma once

#include <exception>

#include "base/log.h"
#include "sd/call.h"

namespace podd::sd {

// For method calls: an exception becomes the D-Bus error of the reply.
template <typename Work>
int answered(sd_bus_error* error, Work&& work) noexcept {
    try {
        work();
        return 1;
    } catch (const std::exception& problem) {
        return setError(error, problem);
    }
}

// For signals, replies and events: an exception is logged, the loop goes on.
template <typename Work>
int guarded(Work&& work) noexcept {
    try {
        work();
    } catch (const std::exception& problem) {
        log::error(problem.what());
    }
    return 0;
}

}  // namespace podd::sd
