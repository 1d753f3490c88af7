// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/reconcile.h"

#include <algorithm>
#include <cmath>

namespace podd {

namespace {

using Group = std::vector<InstanceFacts>;

// Products such as 100 × 0.55 are not quite what they are on paper.
constexpr double kEpsilon = 1e-9;

struct Groups {
    Group current;
    Group old;              // to be replaced, and not ending yet
    size_t existing = 0;    // with those that are ending
    bool blocked = false;   // an instance that has ports of the host which a new one wants
    bool clashing = false;  // one of them is an old one
};

Groups groupsOf(const PodFacts& pod) {
    Groups groups;
    groups.existing = pod.instances.size();
    for (const InstanceFacts& instance : pod.instances) {
        const bool current = isCurrent(pod, instance);
        if (current)
            groups.current.push_back(instance);
        else if (!instance.stopping)
            groups.old.push_back(instance);
        groups.blocked = groups.blocked || instance.clashes || (pod.exclusive && instance.right);
        groups.clashing = groups.clashing || (!current && !instance.stopping && instance.clashes);
    }
    return groups;
}

// Of those that are to take the place of others only the settled ones count.
void unreadyUnsettled(Group& group, uint64_t nowUsec, Actions& actions) {
    for (InstanceFacts& each : group) {
        if (!each.ready || each.settledUsec <= nowUsec)
            continue;
        each.ready = false;
        actions.wakeAtUsec = std::min(actions.wakeAtUsec.value_or(UINT64_MAX), each.settledUsec);
    }
}

uint32_t readyIn(const Group& group) {
    return static_cast<uint32_t>(
        std::count_if(group.begin(), group.end(), [](const InstanceFacts& each) { return each.ready; }));
}

// In the order in which they are to go: those that do no work first, then as the definition says.
Group doomed(Group group, KillSelection selection) {
    if (selection == KillSelection::youngestFirst)
        std::reverse(group.begin(), group.end());
    std::stable_partition(group.begin(), group.end(), [](const InstanceFacts& each) { return !each.ready; });
    return group;
}

void stopSome(const Group& candidates, size_t count, Actions& actions) {
    for (size_t i = 0; i < std::min(count, candidates.size()); ++i)
        actions.stop.push_back(candidates[i].number);
}

}  // namespace

bool isCurrent(const PodFacts& pod, const InstanceFacts& instance) {
    return !instance.stopping && instance.right && instance.number >= pod.restartedBelow;
}

uint32_t attainable(const PodFacts& pod) {
    return pod.exclusive ? std::min<uint32_t>(pod.wanted, 1) : pod.wanted;
}

namespace {

Capacity capacityOf(const PodFacts& pod, const Groups& groups) {
    const double wanted = attainable(pod);
    Capacity capacity{
        .minimum = static_cast<uint32_t>(std::ceil(wanted * pod.upgrade.minimumHealthCapacity - kEpsilon)),
        .maximum = static_cast<uint32_t>(std::floor(wanted * (1 + pod.upgrade.maximumOverCapacity) + kEpsilon))};
    if (groups.clashing)
        capacity.minimum = 0;  // the new one cannot come before the old one has gone
    else if (!groups.old.empty() && capacity.minimum == capacity.maximum && pod.resident)
        capacity.minimum -= capacity.minimum > 0 ? 1 : 0;
    else if (!groups.old.empty() && capacity.minimum == capacity.maximum)
        capacity.maximum += 1;  // nothing could ever be replaced
    return capacity;
}

}  // namespace

Capacity capacityOf(const PodFacts& pod) {
    return capacityOf(pod, groupsOf(pod));
}

Actions reconcile(const PodFacts& pod) {
    Actions actions;
    if (pod.held && pod.up)
        return actions;
    Groups groups = groupsOf(pod);
    if (!pod.up) {
        Group all = groups.current;
        all.insert(all.end(), groups.old.begin(), groups.old.end());
        std::sort(all.begin(), all.end(), [](const auto& one, const auto& other) { return one.number < other.number; });
        stopSome(doomed(std::move(all), pod.killSelection), groups.existing, actions);
        return actions;
    }
    if (!groups.old.empty())
        unreadyUnsettled(groups.current, pod.nowUsec, actions);
    const size_t wanted = attainable(pod);
    const size_t present = groups.current.size();
    const Capacity capacity = capacityOf(pod, groups);
    const uint32_t ready = readyIn(groups.current) + readyIn(groups.old);
    const size_t idle = groups.old.size() - readyIn(groups.old);
    stopSome(doomed(groups.old, pod.killSelection), idle + (ready > capacity.minimum ? ready - capacity.minimum : 0),
             actions);
    stopSome(doomed(groups.current, pod.killSelection), present > wanted ? present - wanted : 0, actions);
    const size_t room = capacity.maximum > groups.existing ? capacity.maximum - groups.existing : 0;
    const size_t missing = wanted > present ? wanted - present : 0;
    const size_t possible = groups.blocked ? 0 : std::min(missing, room);
    if (possible > 0 && pod.nowUsec < pod.nextLaunchUsec)
        actions.wakeAtUsec = std::min(actions.wakeAtUsec.value_or(UINT64_MAX), pod.nextLaunchUsec);
    else
        actions.launch = static_cast<uint32_t>(possible);
    return actions;
}

}  // namespace podd
