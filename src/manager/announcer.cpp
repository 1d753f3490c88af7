// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/announcer.h"

#include "base/strings.h"
#include "core/ending.h"
#include "core/health.h"

namespace podd {

namespace {

Event about(const Instance& instance, const ContainerRecord& container) {
    return {.pod = instance.id().pod,
            .instance = instance.id().text(),
            .container = container.name,
            .version = instance.version()};
}

Event about(const Pod& pod, EventKind kind) {
    return {.kind = kind, .pod = pod.id(), .version = pod.stored.version};
}

Event about(const Deployment& deployment, EventKind kind) {
    return {.kind = kind, .pod = deployment.pod, .deployment = deployment.id};
}

EventKind kindOfEnd(const ContainerRecord& container) {
    switch (container.reason) {
        case EndReason::oomKill: return EventKind::containerOomKilled;
        case EndReason::diskLimit: return EventKind::containerDiskLimit;
        case EndReason::healthCheck: return EventKind::containerUnhealthy;
        case EndReason::none: break;
    }
    return container.failed() ? EventKind::containerFailed : EventKind::containerEnded;
}

}  // namespace

void Announcer::tell(Event event) {
    event.usec = sd::realTimeUsec();
    sink_(event);
}

void Announcer::podAdded(const Pod& pod) {
    next_.podAdded(pod);
    pods_[pod.id()] = {pod.stored.version, pod.shownState, pod.backoff.failures};
    if (!open_)
        return;
    Event event = about(pod, EventKind::podCreated);
    event.message = cat("created, version ", event.version);
    tell(std::move(event));
}

void Announcer::podChanged(const Pod& pod) {
    next_.podChanged(pod);
    const auto found = pods_.find(pod.id());
    if (found == pods_.end() || pod.orphan)
        return;
    SeenPod& seen = found->second;
    if (seen.version != pod.stored.version) {
        Event event = about(pod, EventKind::podChanged);
        event.message = cat("changed from version ", seen.version, " to ", event.version);
        seen.version = pod.stored.version;
        tell(std::move(event));
    }
    if (seen.state != pod.shownState) {
        seen.state = pod.shownState;
        Event event = about(pod, EventKind::podState);
        event.result = kPodStates.name(seen.state);
        const std::string why = pod.message();
        event.message = cat("is ", event.result, why.empty() ? "" : ": ", why);
        tell(std::move(event));
    }
    const uint32_t failures = std::exchange(seen.failures, pod.backoff.failures);
    if (seen.failures <= failures)
        return;
    Event event = about(pod, EventKind::backOff);
    event.message =
        cat("waits ", formatSpan(pod.backoff.delayUsec), " before the next attempt; failures: ", seen.failures);
    tell(std::move(event));
}

void Announcer::podRemoved(const Pod& pod) {
    next_.podRemoved(pod);
    pods_.erase(pod.id());
    Event event = about(pod, EventKind::podDeleted);
    event.message = "deleted";
    tell(std::move(event));
}

void Announcer::tellOf(const Instance& instance, EventKind kind, std::string result, std::string message) {
    tell({.kind = kind,
          .pod = instance.id().pod,
          .instance = instance.id().text(),
          .version = instance.version(),
          .result = std::move(result),
          .message = std::move(message)});
}

void Announcer::tellOf(const Instance& instance, const ContainerRecord& container) {
    Event event = about(instance, container);
    if (container.phase == ContainerPhase::running) {
        event.kind = EventKind::containerStarted;
        event.message = cat("started, PID ", container.pid);
    } else {
        event.kind = kindOfEnd(container);
        event.result = resultName(container);
        event.message = describeExit(container);
    }
    tell(std::move(event));
}

void Announcer::tellOf(const Instance& instance, const ContainerRecord& container, CheckPurpose purpose,
                       CheckState before) {
    const CheckRecord& check = purpose == CheckPurpose::health ? container.health : container.readiness;
    if (check.state == before || check.state == CheckState::unknown)
        return;
    Event event = about(instance, container);
    event.kind = EventKind::containerCheck;
    event.result = health::nameOf(purpose, check.state);
    event.message = health::describe(purpose, check);
    tell(std::move(event));
}

void Announcer::tellOfEnd(const Instance& instance) {
    const Outcome& outcome = instance.state().outcome;
    if (outcome.kind == Outcome::Kind::failed)
        return tellOf(instance, EventKind::instanceFailed, "failed", outcome.text);
    const bool finished = outcome.kind == Outcome::Kind::finished;
    tellOf(instance, EventKind::instanceEnded, finished ? "finished" : "stopped",
           finished ? cat("finished: ", outcome.text) : "stopped");
}

std::vector<Announcer::SeenContainer> Announcer::containersOf(const Instance& instance) {
    std::vector<SeenContainer> seen;
    for (const ContainerRecord& container : instance.state().record.containers)
        seen.push_back({container.phase, container.health.state, container.readiness.state});
    return seen;
}

void Announcer::instanceAdded(const Instance& instance) {
    next_.instanceAdded(instance);
    const LaunchPhase phase = instance.state().phase;
    instances_[instance.id()] = {phase, containersOf(instance)};
    if (phase == LaunchPhase::spawning)
        tellOf(instance, EventKind::instanceLaunched, "", cat("is being launched, version ", instance.version()));
}

void Announcer::instanceChanged(const Instance& instance) {
    next_.instanceChanged(instance);
    const auto found = instances_.find(instance.id());
    if (found == instances_.end())
        return;
    SeenInstance& seen = found->second;
    const std::vector<ContainerRecord>& containers = instance.state().record.containers;
    const std::vector<SeenContainer> before = std::exchange(seen.containers, containersOf(instance));
    for (size_t i = 0; i < containers.size(); ++i) {
        const SeenContainer was = i < before.size() ? before[i] : SeenContainer{};
        if (was.phase != containers[i].phase && containers[i].phase != ContainerPhase::preparing)
            tellOf(instance, containers[i]);
        tellOf(instance, containers[i], CheckPurpose::health, was.health);
        tellOf(instance, containers[i], CheckPurpose::readiness, was.readiness);
    }
    const LaunchPhase phase = std::exchange(seen.phase, instance.state().phase);
    if (phase < LaunchPhase::running && seen.phase == LaunchPhase::running)
        tellOf(instance, EventKind::instanceRunning, "", "runs");
    if (phase < LaunchPhase::cleaning && seen.phase >= LaunchPhase::cleaning)
        tellOfEnd(instance);
}

void Announcer::instanceRemoved(const Instance& instance) {
    next_.instanceRemoved(instance);
    instances_.erase(instance.id());
}

void Announcer::deploymentAdded(const Deployment& deployment) {
    next_.deploymentAdded(deployment);
    Event event = about(deployment, EventKind::deploymentBegun);
    event.result = kDeploymentTypes.name(deployment.type);
    event.message = cat("begun: ", event.result);
    tell(std::move(event));
}

void Announcer::deploymentStuck(const Deployment& deployment) {
    next_.deploymentStuck(deployment);
    Event event = about(deployment, EventKind::deploymentStuck);
    event.message = cat("stuck: ", deployment.problem);
    tell(std::move(event));
}

void Announcer::deploymentRemoved(const Deployment& deployment, const std::string& result, const std::string& message) {
    next_.deploymentRemoved(deployment, result, message);
    Event event = about(deployment, EventKind::deploymentEnded);
    event.result = result;
    event.message = cat("ended: ", result, message.empty() ? "" : ": ", message);
    tell(std::move(event));
}

}  // namespace podd
