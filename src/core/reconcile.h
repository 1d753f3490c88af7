// SPDX-License-Identifier: LGPL-2.1-or-later
// What a pod needs next: the wish (goal, version, how many) against the facts (its instances) gives the actions. Pure,
// total, and idempotent: once the actions are carried out and their effects are facts, there are none. Whoever changes
// a wish or learns a fact calls it again; there is no other place that decides to launch or stop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace podd {

struct InstanceFacts {
    uint64_t number = 0;
    std::string version;
    bool running = false;   // every container has been exec'ed
    bool stopping = false;  // its end has been asked for, or it is ending
    bool operator==(const InstanceFacts&) const = default;
};

struct PodFacts {
    bool up = true;       // false: nothing of it is to run
    bool held = false;    // its definition is lost or cannot be launched: what runs goes on, nothing is launched
    std::string version;  // that is to run
    std::string lost;     // instances of this version are as good as those of `version` while they last
    uint32_t wanted = 1;  // instances
    uint64_t restartedBelow = 0;  // instances with a smaller number are to be replaced (podctl restart)
    uint64_t nextLaunchUsec = 0;  // back-off; CLOCK_BOOTTIME
    uint64_t nowUsec = 0;
    std::vector<InstanceFacts> instances;  // in the order of their numbers
};

struct Actions {
    std::vector<uint64_t> stop;          // numbers, the youngest first
    uint32_t launch = 0;                 // new instances of `version`
    std::optional<uint64_t> wakeAtUsec;  // nothing to launch before then
    bool operator==(const Actions&) const = default;
};

Actions reconcile(const PodFacts& pod);

// Whether an instance is one that is to run (the wished version, not asked to be replaced, not ending).
bool isCurrent(const PodFacts& pod, const InstanceFacts& instance);

}  // namespace podd
