// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/pod.h"

#include <algorithm>

#include "base/strings.h"
#include "core/health.h"

namespace podd {

namespace {

InstanceFacts factsOf(const Instance& instance, const VersionFacts& version, uint64_t settleUsec) {
    return {.number = instance.id().number,
            .right = version.right,
            .running = instance.state().phase == LaunchPhase::running,
            .ready = instance.ready(),
            .stopping = instance.state().ending(),
            .clashes = version.clashes,
            .settledUsec = instance.readySinceUsec() + settleUsec};
}

// "container 'db': stopping since 1.2 s (SIGKILL after 3 s)"
std::string stopProgress(const Instance& instance) {
    std::vector<std::string> living;
    for (const ContainerRecord& container : instance.state().record.containers)
        if (container.phase == ContainerPhase::running)
            living.push_back(quoted(container.name));
    const std::string since = formatSpan((sd::realTimeUsec() - instance.stateSinceUsec()) / 1000 * 1000);
    return living.empty()
               ? cat("instance ", quoted(instance.id().text()), ": its units go away (", since, ")")
               : cat("instance ", quoted(instance.id().text()), ": stopping ", join(living, ", "), " (", since, ")");
}

}  // namespace

PodFacts Pod::facts() const {
    PodFacts facts{.up = stored.up && !stored.deleted && !orphan,
                   .held = !stored.readable || !obstacle().empty(),
                   .wanted = stored.spec.instances,
                   .upgrade = stored.spec.scheduling.upgrade,
                   .killSelection = stored.spec.scheduling.killSelection,
                   .resident = stored.spec.isResident(),
                   .exclusive = exclusive,
                   .restartedBelow = stored.restartedBelow,
                   .nextLaunchUsec = backoff.nextLaunchUsec,
                   .nowUsec = sd::bootTimeUsec(),
                   .instances = {}};
    for (const auto& [number, instance] : instances)
        facts.instances.push_back(factsOf(*instance, versionFacts(instance->version()), settleUsec));
    return facts;
}

// Before the definitions have been read only the wished one is known to be right.
VersionFacts Pod::versionFacts(const std::string& version) const {
    const auto known = versions.find(version);
    return known != versions.end() ? known->second : VersionFacts{version == stored.version, exclusive};
}

std::string Pod::obstacle() const {
    if (stored.spec.instances == 0)
        return "";
    std::vector<std::string> obstacles;
    for (const Problem& problem : isolation.obstacles(stored.spec))
        obstacles.push_back(cat(problem.pointer, ": ", problem.what));
    return obstacles.empty() ? "" : cat("pod ", quoted(id()), ": ", join(obstacles, "; "));
}

bool Pod::comesOn() const {
    const PodFacts now = facts();
    return std::any_of(now.instances.begin(), now.instances.end(), [&](const InstanceFacts& each) {
        return each.ready && isCurrent(now, each) && each.settledUsec <= now.nowUsec;
    });
}

uint32_t Pod::ready() const {
    return static_cast<uint32_t>(std::count_if(instances.begin(), instances.end(), [](const auto& entry) {
        return entry.second->ready() && !entry.second->state().ending();
    }));
}

PodState Pod::state() const {
    if (!stored.up || stored.deleted || orphan)
        return instances.empty() ? PodState::stopped : PodState::stopping;
    if (!stored.readable)
        return PodState::degraded;
    return ready() >= stored.spec.instances ? PodState::stable : PodState::degraded;
}

bool Pod::isDeployed() const {
    if (stored.deleted || orphan || !stored.readable)
        return false;
    const PodFacts now = facts();
    return (!stored.up || now.instances.size() == now.wanted) &&
           std::all_of(now.instances.begin(), now.instances.end(), [&](const InstanceFacts& each) {
               return stored.up ? each.ready && isCurrent(now, each) : each.right;
           });
}

uint64_t Pod::nextLaunchRealtimeUsec() const {
    PodFacts now = facts();
    const uint64_t next = std::exchange(now.nextLaunchUsec, 0);
    const bool waits = now.up && next > now.nowUsec && reconcile(now).launch > 0;
    return waits ? sd::realTimeUsec() + (next - now.nowUsec) : 0;
}

std::string Pod::message() const {
    if (stored.up && stored.readable && !stored.deleted && !orphan)
        if (std::string why = obstacle(); !why.empty())
            return why;
    switch (state()) {
        case PodState::stable: return stored.deployment && stored.deployment->isStuck() ? lastFailure : stored.message;
        case PodState::stopping: return stored.message;
        case PodState::stopped: return stored.message.empty() ? lastFailure : stored.message;
        case PodState::degraded: break;
    }
    if (!stored.readable)
        return stored.message;
    if (backoff.nextLaunchUsec > sd::bootTimeUsec())
        return lastFailure;
    for (const auto& [number, instance] : instances)
        if (instance->state().ending())
            return instance->state().outcome.text.empty()
                       ? cat("instance ", quoted(instance->id().text()), " is stopping")
                       : instance->state().outcome.text;
    if (std::string why = unready(); !why.empty())
        return why;
    return cat(ready(), " of ", stored.spec.instances, " instances run");
}

std::string Pod::progress() const {
    const std::string share = stored.deployment ? describeProgress(stored.deployment->type, facts()) : "";
    const std::string waits = waitsFor();
    return waits.empty() || share.empty() ? share + waits : cat(share, "; ", waits);
}

// "instance '/web.3': container 'db': not healthy yet (exit 1)"
std::string Pod::unready() const {
    for (const auto& [number, instance] : instances)
        if (instance->state().phase == LaunchPhase::running && !instance->ready())
            return cat("instance ", quoted(instance->id().text()), ": ", health::whyNotReady(instance->state().record));
    return "";
}

std::string Pod::waitsFor() const {
    for (const auto& [number, instance] : instances)
        if (instance->state().ending())
            return stopProgress(*instance);
    for (const auto& [number, instance] : instances)
        if (instance->state().phase < LaunchPhase::running)
            return cat("instance ", quoted(instance->id().text()), ": ", kLaunchPhases.name(instance->state().phase));
    if (std::string why = unready(); !why.empty())
        return why;
    if (nextLaunchRealtimeUsec() > 0)
        return cat("next attempt in ", formatSpan(backoff.nextLaunchUsec - sd::bootTimeUsec()),
                   " after: ", lastFailure);
    return "";
}

}  // namespace podd
