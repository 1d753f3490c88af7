// SPDX-License-Identifier: LGPL-2.1-or-later
// What cgroups/cpu and cgroups/mem report, their POSIX siblings report as well.
#pragma once

#include "isolators/cgroup_file.h"

namespace podd {

inline void readCpuUsage(const std::string& group, Usage& usage) {
    constexpr uint64_t kNsecPerUsec = 1000;
    const uint64_t usec = cgroupValue(group, "cpu.stat", "usage_usec");
    usage.cpuNsec = usec == kUnknown ? kUnknown : usec * kNsecPerUsec;
    usage.throttledUsec = cgroupValue(group, "cpu.stat", "throttled_usec");
    usage.cpuQuotaUsec = cgroupQuota(group);
    usage.cpuPressure = cgroupPressure(group, "cpu.pressure");
}

inline void readMemoryUsage(const std::string& group, Usage& usage) {
    usage.memoryBytes = cgroupNumber(group, "memory.current");
    usage.memoryPeakBytes = cgroupNumber(group, "memory.peak");
    usage.memoryMaxBytes = cgroupNumber(group, "memory.max");
    usage.oomKills = cgroupValue(group, "memory.events", "oom_kill");
    usage.memoryPressure = cgroupPressure(group, "memory.pressure");
}

}  // namespace podd
