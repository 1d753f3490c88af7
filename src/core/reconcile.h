// SPDX-License-Identifier: LGPL-2.1-or-later
// What a pod needs next: facts in, actions out. Called whenever something about the pod has changed; it remembers
// nothing, so it does not matter what was missed. Whether instances are replaced because of a new definition, a restart
// or a failed one, the rule is the same (Marathon's TaskReplaceActor, pods.md §4.8): as many as possible at once, but
// never fewer healthy ones than `minimum` as far as that is podd's doing, and never more than `maximum` in all.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/pod_spec.h"

namespace podd {

// How long an instance has to work before an old one goes for it: a program that fails at once has been seen to run, too.
constexpr uint64_t kSettleUsec = 1'000'000;

struct InstanceFacts {
    uint64_t number = 0;
    bool right = true;         // launched from a definition that is as good as the wished one (core/upgrade.h)
    bool running = false;      // every container has been exec'ed
    bool ready = false;        // it runs, and its checks say that it does its work
    bool stopping = false;     // its end has been asked for, or it is ending
    bool clashes = false;      // it has a port of the host that the wished definition wants as well
    uint64_t settledUsec = 0;  // CLOCK_BOOTTIME from which on it may take the place of an old one
    bool operator==(const InstanceFacts&) const = default;
};

struct PodFacts {
    bool up = true;       // false: nothing of it is to run
    bool held = false;    // its definition is lost or cannot be launched: what runs goes on, nothing is launched
    uint32_t wanted = 1;  // instances
    UpgradeSpec upgrade;
    KillSelection killSelection = KillSelection::youngestFirst;
    bool resident = false;        // has data that outlives its instances
    bool exclusive = false;       // the wished definition names ports of the host: one instance at a time
    uint64_t restartedBelow = 0;  // instances with a smaller number are to be replaced (podctl restart)
    uint64_t nextLaunchUsec = 0;  // back-off; CLOCK_BOOTTIME
    uint64_t nowUsec = 0;
    std::vector<InstanceFacts> instances;  // in the order of their numbers
};

struct Actions {
    std::vector<uint64_t> stop;          // numbers, in the order in which they are to be stopped
    uint32_t launch = 0;                 // new instances of the wished version
    std::optional<uint64_t> wakeAtUsec;  // CLOCK_BOOTTIME; nothing to do before then, unless something happens
    bool operator==(const Actions&) const = default;
};

Actions reconcile(const PodFacts& pod);

// Whether an instance is one that is to run (of the wished definition, not asked to be replaced, not ending).
bool isCurrent(const PodFacts& pod, const InstanceFacts& instance);

// Instances while some are being replaced.
struct Capacity {
    uint32_t minimum = 0;  // healthy ones, below which none of them is stopped
    uint32_t maximum = 0;  // all that exist, those that are ending included
};
Capacity capacityOf(const PodFacts& pod);

// As many as can exist: one, where they have ports of the host.
uint32_t attainable(const PodFacts& pod);

}  // namespace podd
