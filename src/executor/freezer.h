// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether the processes of a cgroup are suspended, and when that changes: cgroup.events (cgroups(7)). It costs nothing
// while nothing happens.
#pragma once

#include <memory>
#include <string>

#include "base/fd.h"
#include "executor/loop.h"

namespace podd {

class Freezer {
public:
    // `group` is the directory of the cgroup; nothing when it has gone.
    static std::unique_ptr<Freezer> watch(Loop& loop, const std::string& group, Task changed);

    Freezer(const Freezer&) = delete;
    Freezer& operator=(const Freezer&) = delete;

    bool frozen() const { return frozen_; }

private:
    Freezer(UniqueFd events, Task changed) : events_(std::move(events)), task_(std::move(changed)) {}
    void read();

    UniqueFd events_;
    Task task_;
    bool frozen_ = false;
    Watch changed_;
};

}  // namespace podd
