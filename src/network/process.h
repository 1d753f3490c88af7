// SPDX-License-Identifier: LGPL-2.1-or-later
// A process that was somebody once: by its number and the time of its start, so that it is not taken for a later one.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/fd.h"

namespace podd {

struct ProcessName {
    int64_t pid = 0;
    uint64_t startTime = 0;  // in clock ticks since the boot (proc_pid_stat(5), starttime)
    bool operator==(const ProcessName&) const = default;
};

// Of a process that lives. Throws Error.
ProcessName nameOf(pid_t pid);

// A pidfd; none when it has ended.
UniqueFd openProcess(const ProcessName& name);

// Whether the process behind a pidfd has ended.
bool hasEnded(int pidfd);

}  // namespace podd
