// SPDX-License-Identifier: LGPL-2.1-or-later
// What the machine's processes use: CPU time, and the memory of podd's.
#pragma once

#include <cstddef>
#include <string>

namespace podd::bench {

struct CpuTime {
    double allMs = 0;      // of every process in this cgroup namespace
    double managerMs = 0;  // of PID 1
};
CpuTime cpuTime();

// Proportional set size, kB (proc(5), smaps_rollup).
struct Memory {
    double podd = 0;
    double spawner = 0;
    double executors = 0;
    size_t executorCount = 0;
    double all() const { return podd + spawner + executors; }
};
Memory memoryOfPodd();

}  // namespace podd::bench
