// SPDX-License-Identifier: LGPL-2.1-or-later
// podd lets the kernel's wait before the first move between cgroups pass while it prepares a pod. This does the same
// for the floor: a process that, when told, writes itself into the cgroup that it is in.
#pragma once

#include <sys/types.h>

#include "base/fd.h"

namespace podd::bench {

class EarlyMoves {
public:
    EarlyMoves();
    EarlyMoves(const EarlyMoves&) = delete;
    EarlyMoves& operator=(const EarlyMoves&) = delete;
    ~EarlyMoves();

    void begin();  // does not wait

private:
    pid_t pid_ = 0;
    UniqueFd orders_;
};

}  // namespace podd::bench
