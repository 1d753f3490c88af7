// SPDX-License-Identifier: LGPL-2.1-or-later
// How much the containers have on disk: below their sandboxes and private directories, every so often, as Mesos'
// disk/du does it. A child process does the counting, for a tree may be large and the executor has pipes to read; there
// is never more than one. Without a container that is to be measured it does nothing at all.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/fd.h"
#include "executor/loop.h"
#include "model/launch_plan.h"

namespace podd {

class DiskWatch {
public:
    // Bytes for each container of the plan.
    using Measured = std::function<void(const std::vector<uint64_t>&)>;

    DiskWatch(Loop& loop, const LaunchPlan& plan, Measured measured)
        : loop_(loop), plan_(plan), measured_(std::move(measured)) {}
    ~DiskWatch() { stop(); }
    DiskWatch(const DiskWatch&) = delete;
    DiskWatch& operator=(const DiskWatch&) = delete;

    void start();
    void stop();

private:
    void measure();
    void onAnswer();
    void reap();

    Loop& loop_;
    const LaunchPlan& plan_;
    Measured measured_;
    UniqueFd child_;   // pidfd
    UniqueFd answer_;  // pipe
    Watch next_;
    Watch answered_;
};

}  // namespace podd
