// SPDX-License-Identifier: LGPL-2.1-or-later
// podd-probe (src/probe), which asks a URL: the library that speaks HTTP is loaded by a process of its own, for the time of
// one probe, and not by executors.
#pragma once

#include <cstdint>
#include <string>

#include "executor/launch.h"

namespace podd {

// There is no control socket, and no memory that is shared. Throws Error when the program cannot be executed.
Started startProbeProgram(const std::string& program, const std::string& url, uint64_t timeoutUsec);

}  // namespace podd
