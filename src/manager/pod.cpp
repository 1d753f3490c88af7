// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/pod.h"

#include <algorithm>

#include "base/strings.h"

namespace podd {

namespace {

InstanceFacts factsOf(const Instance& instance) {
    return {.number = instance.id().number,
            .version = instance.version(),
            .running = instance.state().phase == LaunchPhase::running,
            .stopping = instance.state().ending()};
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
                   .version = stored.version,
                   .lost = stored.lost,
                   .wanted = stored.spec.instances,
                   .restartedBelow = restartedBelow,
                   .nextLaunchUsec = backoff.nextLaunchUsec,
                   .nowUsec = sd::bootTimeUsec(),
                   .instances = {}};
    for (const auto& [number, instance] : instances)
        facts.instances.push_back(factsOf(*instance));
    return facts;
}

std::string Pod::obstacle() const {
    if (stored.spec.instances == 0)
        return "";
    std::vector<std::string> obstacles;
    for (const Problem& problem : isolation.obstacles(stored.spec))
        obstacles.push_back(cat(problem.pointer, ": ", problem.what));
    return obstacles.empty() ? "" : cat("pod ", quoted(id()), ": ", join(obstacles, "; "));
}

uint32_t Pod::running() const {
    const PodFacts now = facts();
    uint32_t count = 0;
    for (const InstanceFacts& instance : now.instances)
        count += instance.running && isCurrent(now, instance) ? 1 : 0;
    return count;
}

PodState Pod::state() const {
    if (!stored.up || stored.deleted || orphan)
        return instances.empty() ? PodState::stopped : PodState::stopping;
    if (!stored.readable)
        return PodState::degraded;
    return running() == stored.spec.instances && instances.size() == stored.spec.instances ? PodState::stable
                                                                                           : PodState::degraded;
}

bool Pod::isDeployed() const {
    if (stored.deleted || orphan || !stored.readable || (stored.up && state() != PodState::stable))
        return false;
    return std::all_of(instances.begin(), instances.end(),
                       [this](const auto& entry) { return entry.second->version() == stored.version; });
}

uint64_t Pod::nextLaunchRealtimeUsec() const {
    const uint64_t now = sd::bootTimeUsec();
    if (state() != PodState::degraded || backoff.nextLaunchUsec <= now)
        return 0;
    return sd::realTimeUsec() + (backoff.nextLaunchUsec - now);
}

std::string Pod::message() const {
    switch (state()) {
        case PodState::stable:
        case PodState::stopping: return stored.message;
        case PodState::stopped: return stored.message.empty() ? lastFailure : stored.message;
        case PodState::degraded: break;
    }
    if (!stored.readable)
        return stored.message;
    if (std::string why = obstacle(); !why.empty())
        return why;
    if (backoff.nextLaunchUsec > sd::bootTimeUsec())
        return lastFailure;
    for (const auto& [number, instance] : instances)
        if (instance->state().ending())
            return instance->state().outcome.text.empty()
                       ? cat("instance ", quoted(instance->id().text()), " is stopping")
                       : instance->state().outcome.text;
    return cat(running(), " of ", stored.spec.instances, " instances run");
}

std::string Pod::progress() const {
    for (const auto& [number, instance] : instances)
        if (instance->state().ending())
            return stopProgress(*instance);
    for (const auto& [number, instance] : instances)
        if (instance->state().phase < LaunchPhase::running)
            return cat("instance ", quoted(instance->id().text()), ": ", kLaunchPhases.name(instance->state().phase));
    if (nextLaunchRealtimeUsec() > 0)
        return cat("next attempt in ", formatSpan(backoff.nextLaunchUsec - sd::bootTimeUsec()),
                   " after: ", lastFailure);
    return "";
}

}  // namespace podd
