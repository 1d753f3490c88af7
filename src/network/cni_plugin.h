// SPDX-License-Identifier: LGPL-2.1-or-later
// One call of a CNI plugin: a program that gets its orders by environment and standard input, answers on standard output
// with JSON, and complains on standard error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace podd {

// The path of a plugin: of the file `type` in the first directory that has it as a program. Throws Error (unavailable).
std::string findCniPlugin(const std::string& type, const std::vector<std::string>& directories);

// Runs the program in a session of its own with exactly this environment ("NAME=value"), and returns what it prints. It
// is given up when it has not ended in time, and when it prints more than kMaxJsonSize; all of its process group is
// killed then. It is not waited for children that it leaves behind. Throws Error with the cause: what the plugin says
// (notSupported: it does not speak the version of the configuration), else the last line of its standard error, else
// how it ended (unavailable).
std::string runCniPlugin(const std::string& program, const std::vector<std::string>& environment,
                         std::string_view input, uint64_t timeoutUsec);

}  // namespace podd
