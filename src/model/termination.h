// SPDX-License-Identifier: LGPL-2.1-or-later
// What is remembered of an instance that ended although nobody had asked it to: it failed, could not be launched, or all of
// its containers were through. Times are CLOCK_REALTIME in µs. The output of the instance is in the journal of that boot,
// between the two times, under POD_INSTANCE=.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace podd {

constexpr size_t kTerminationsKept = 10;  // of each pod

struct ContainerTermination {
    std::string name;
    std::string
        state;  // not-started, finished, failed, killed (stopped because of another one), lost (nobody knows how)
    uint64_t startedUsec = 0;  // 0 = never
    uint64_t endedUsec = 0;    // 0 = never, or not known
    int64_t exitCode = 0;
    int64_t exitSignal = 0;
    std::string result;       // success, exit-code, signal, core-dump, oom-kill, disk-limit; "" = there is none
    std::string message;      // the same in words: "exit 3"
    uint64_t limitBytes = 0;  // that was hit; 0 = none, UINT64_MAX = not known which
    bool operator==(const ContainerTermination&) const = default;
};

struct Termination {
    std::string instance;  // "/web.3"
    std::string version;
    uint64_t launchedUsec = 0;
    uint64_t endedUsec = 0;
    std::string result;   // failed or finished
    std::string message;  // "container 'db': exit 3"
    std::string bootId;   // as in _BOOT_ID= of the journal
    std::vector<ContainerTermination> containers;
    bool operator==(const Termination&) const = default;

    // "instance '/web.3': container 'db': exit 3"
    std::string text() const;
};

}  // namespace podd
