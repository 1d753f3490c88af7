// SPDX-License-Identifier: LGPL-2.1-or-later
// Files of a cgroup (cgroups(7)), read and never written: systemd is the only writer of the tree. A cgroup may vanish at
// any time, and a controller's files be absent; both are "unknown", not failures.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/usage.h"

namespace podd {

// The number in a file, or what a line "key NUMBER" of it says. "max" is kNoMaximum, anything else kUnknown.
uint64_t cgroupNumber(const std::string& group, const char* file);
uint64_t cgroupValue(const std::string& group, const char* file, std::string_view key);

// The sum of all "key=NUMBER" in a nested keyed file such as io.stat; kUnknown when there is no such file.
uint64_t cgroupSum(const std::string& group, const char* file, std::string_view key);

// cpu.max as µs of processor time in a second; kNoMaximum for none.
uint64_t cgroupQuota(const std::string& group);

Pressure cgroupPressure(const std::string& group, const char* file);

std::string cgroupText(const std::string& group, const char* file);  // "" = unknown

}  // namespace podd
