// SPDX-License-Identifier: LGPL-2.1-or-later
// What a unit uses and whether it is frozen, read from its cgroup's files (cgroups(7)); asking PID 1 for each property
// would cost it more than reading costs us.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace podd {

constexpr uint64_t kUnknown = std::numeric_limits<uint64_t>::max();

struct Usage {
    uint64_t memoryBytes = kUnknown;  // memory.current; unknown where the memory controller is missing
    uint64_t cpuNsec = kUnknown;      // usage_usec of cpu.stat
};

// Directory of a slice below `root`: pod-a-b.slice is pod.slice/pod-a.slice/pod-a-b.slice.
std::string sliceDirectory(const std::string& root, const std::string& slice);

Usage readUsage(const std::string& cgroup);
bool freezesItself(const std::string& cgroup);  // asked to; a parent that freezes does not count

}  // namespace podd
