// SPDX-License-Identifier: LGPL-2.1-or-later
// One container as its executor holds it. The plan and the record belong to the instance.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <deque>
#include <memory>

#include "base/fd.h"
#include "core/fate.h"
#include "executor/launch.h"
#include "executor/loop.h"
#include "executor/memory_events.h"
#include "executor/relay.h"
#include "model/instance_record.h"
#include "model/launch_plan.h"

namespace podd {

struct Container {
    const ContainerPlan& plan;
    ContainerRecord& record;
    User user;
    bool cgroupNamespace = false;        // it has one of its own
    Namespaces namespaces = {};          // while it lives, if commands are to be run in it
    UniqueFd pidfd;                      // until it is reaped
    UniqueFd control;                    // until its program has been exec'ed
    std::unique_ptr<std::byte[]> birth;  // until podd-init has been (see Started)
    bool ready = false;
    bool execed = false;
    bool execFailed = false;
    std::unique_ptr<MemoryEvents> memory = {};  // once it is in its unit; none without a memory controller
    fate::Kill kill = fate::Kill::none;         // why we killed it, if we did
    fate::End end = {};                         // once it has ended, although it is not reaped yet
    bool stopRequested = false;                 // when it ended
    std::array<Relay::Stream*, 2> output = {};  // stdout and stderr, as long as they are relayed
    Watch controlWatch = {};
    Watch endWatch = {};    // while it lives
    Watch drainWatch = {};  // from its end to its reaping

    pid_t pid() const { return static_cast<pid_t>(record.pid); }
    bool living() const { return static_cast<bool>(endWatch); }
    bool drained() const { return output[0] == nullptr && output[1] == nullptr; }
};

using Containers = std::deque<Container>;  // callbacks hold references

}  // namespace podd
