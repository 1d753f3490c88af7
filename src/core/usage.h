// SPDX-License-Identifier: LGPL-2.1-or-later
// What a unit uses now, as the isolators find it in the files of its cgroup (cgroups v2). What is not known, because no
// isolator looks after it or its controller is missing, stays as it is here.
#pragma once

#include <cstdint>
#include <limits>

namespace podd {

constexpr uint64_t kUnknown = std::numeric_limits<uint64_t>::max();
constexpr uint64_t kNoMaximum = kUnknown;  // of limits: there is none, or it is not known

// Of the "some" line of a pressure file: shares of the last 10, 60 and 300 seconds in percent, and the sum in µs.
struct Pressure {
    double average10 = 0;
    double average60 = 0;
    double average300 = 0;
    uint64_t totalUsec = kUnknown;
};

struct Usage {
    uint64_t cpuNsec = kUnknown;
    uint64_t cpuQuotaUsec = kNoMaximum;  // of processor time in a second
    uint64_t throttledUsec = kUnknown;
    Pressure cpuPressure;

    uint64_t memoryBytes = kUnknown;
    uint64_t memoryPeakBytes = kUnknown;
    uint64_t memoryMaxBytes = kNoMaximum;
    uint64_t oomKills = kUnknown;
    Pressure memoryPressure;

    uint64_t ioReadBytes = kUnknown;
    uint64_t ioWriteBytes = kUnknown;
    Pressure ioPressure;

    uint64_t tasks = kUnknown;
    uint64_t tasksMax = kNoMaximum;
};

}  // namespace podd
