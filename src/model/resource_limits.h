// SPDX-License-Identifier: LGPL-2.1-or-later
// Resource limits of processes (getrlimit(2)) as people write them: "NOFILE=1024:524288", "CORE=infinity", as in
// systemd's Limit settings (systemd.exec(5)) without their prefix; Mesos' names ("RLMT_NOFILE") are taken as well.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/launch_plan.h"

namespace podd {

constexpr uint64_t kNoLimit = UINT64_MAX;  // RLIM_INFINITY

// "NOFILE"; a number that has no name as it is.
std::string resourceName(uint32_t resource);

// "1024:524288", "infinity", "0"
std::string limitText(const ResourceLimit& limit);

// The resource of a name; throws Error with a "did you mean".
uint32_t parseResource(std::string_view name);

// A list of NAME=VALUE or NAME=SOFT:HARD, separated by spaces. Throws Error naming the item that does not hold.
std::vector<ResourceLimit> parseResourceLimits(std::string_view text);

}  // namespace podd
