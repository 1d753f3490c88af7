// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/instance_machine.h"

#include <csignal>
#include <cstring>

namespace podd {

namespace {

using Action = InstanceAction;

std::string signalName(int64_t signal) {
    const char* name = ::sigabbrev_np(static_cast<int>(signal));
    return name == nullptr ? cat("signal ", signal) : cat("signal ", name);
}

// What the record of an ended instance means: the first container that failed by itself is the reason.
Outcome outcomeOf(const InstanceRecord& record, bool stopWanted) {
    const ContainerRecord* first = nullptr;
    for (const ContainerRecord& container : record.containers)
        if (container.failed() && (first == nullptr || container.endedUsec < first->endedUsec))
            first = &container;
    if (!record.problem.empty())
        return {Outcome::Kind::failed, record.problem};
    if (first != nullptr && !stopWanted)
        return {Outcome::Kind::failed, cat("container ", quoted(first->name), ": ", describeExit(*first))};
    if (stopWanted)
        return {Outcome::Kind::stopped, ""};
    return {Outcome::Kind::finished, "all containers ended with exit 0"};
}

// The executor is through: what is left is systemd's to take away.
InstanceStep clean(InstanceState next, bool withSandbox) {
    next.phase = LaunchPhase::cleaning;
    InstanceStep result{std::move(next), {Action::stopUnits}};
    if (withSandbox)
        result.actions.push_back(Action::removeSandbox);
    result.actions.push_back(Action::armDeadline);
    result.actions.push_back(Action::awaitUnits);
    return result;
}

// The launch cannot go on; nothing was exec'ed yet (the executor ignores an abort that comes later).
InstanceStep abort(InstanceState next) {
    next.phase = LaunchPhase::stopping;
    return {std::move(next), {Action::sendAbort, Action::stopUnits, Action::armDeadline}};
}

InstanceStep on(InstanceState now, const Connected& event) {
    now.record = event.record;
    if (now.phase == LaunchPhase::spawning) {
        now.phase = LaunchPhase::preparing;
        return {std::move(now), {}};
    }
    if (event.record.phase == InstancePhase::ended)
        return step(now, Ended{event.record});
    if (now.phase == LaunchPhase::stopping && event.record.phase == InstancePhase::starting)
        return {std::move(now), {Action::sendAbort, Action::stopUnits}};
    if (now.phase == LaunchPhase::stopping)
        return {std::move(now), {Action::sendStopping, Action::stopUnits}};
    if (now.phase < LaunchPhase::releasing && event.record.phase == InstancePhase::starting) {
        // A podd before this one began the launch; whether it asked systemd for the units is not known.
        if (now.outcome.kind == Outcome::Kind::none)
            now.outcome = {Outcome::Kind::failed, "podd was restarted during the launch"};
        return abort(std::move(now));
    }
    if (event.record.phase == InstancePhase::running && now.phase < LaunchPhase::running)
        return step(now, Running{event.record});
    return {std::move(now), {}};
}

InstanceStep on(InstanceState now, const Prepared& event) {
    now.record = event.record;
    if (now.phase != LaunchPhase::preparing)
        return {std::move(now), {}};
    now.phase = LaunchPhase::scoping;
    return {std::move(now), {Action::makeUnits}};
}

InstanceStep on(InstanceState now, const UnitsMade& event) {
    if (now.phase != LaunchPhase::scoping)
        return {std::move(now), {}};
    if (!event.problem.empty()) {
        now.outcome = {Outcome::Kind::failed, event.problem};
        return abort(std::move(now));
    }
    now.phase = LaunchPhase::releasing;
    return {std::move(now), {Action::sendScoped}};
}

InstanceStep on(InstanceState now, const LaunchFailed& event) {
    now.record = event.record;
    if (now.phase >= LaunchPhase::cleaning)
        return {std::move(now), {}};
    // The executor knows why; systemd could only see that a process was not there any more.
    if (now.stopWanted)
        now.outcome = {Outcome::Kind::stopped, ""};
    else if (!event.problem.empty())
        now.outcome = {Outcome::Kind::failed, event.problem};
    else if (now.outcome.kind == Outcome::Kind::none)
        now.outcome = {Outcome::Kind::failed, "stopped before its containers were started"};
    return clean(std::move(now), false);
}

InstanceStep on(InstanceState now, const Running& event) {
    now.record = event.record;
    if (now.phase >= LaunchPhase::running)
        return {std::move(now), {}};
    now.phase = LaunchPhase::running;
    return {std::move(now), {Action::dropDeadline}};
}

InstanceStep on(InstanceState now, const RecordChanged& event) {
    now.record = event.record;
    return {std::move(now), {}};
}

InstanceStep on(InstanceState now, const Ended& event) {
    now.record = event.record;
    if (now.phase >= LaunchPhase::cleaning)
        return {std::move(now), {}};
    if (now.outcome.kind == Outcome::Kind::none)
        now.outcome = outcomeOf(event.record, now.stopWanted);
    return clean(std::move(now), false);
}

InstanceStep on(InstanceState now, const ExecutorGone& event) {
    if (now.phase >= LaunchPhase::cleaning)
        return {std::move(now), {}};
    if (now.outcome.kind == Outcome::Kind::none)
        now.outcome = now.stopWanted ? Outcome{Outcome::Kind::stopped, ""}
                                     : Outcome{Outcome::Kind::failed, cat("the executor ended unexpectedly",
                                                                          event.how.empty() ? "" : ": ", event.how)};
    return clean(std::move(now), true);
}

InstanceStep on(InstanceState now, const StopWanted&) {
    now.stopWanted = true;
    if (now.ending())
        return {std::move(now), {}};
    if (now.phase < LaunchPhase::releasing)
        return abort(std::move(now));
    now.phase = LaunchPhase::stopping;
    // The deadline asks again, should the request be lost (systemd re-executed); graces longer than it just go on.
    return {std::move(now), {Action::armDeadline, Action::sendStopping, Action::stopUnits}};
}

InstanceStep on(InstanceState now, const StopSeen&) {
    now.stopWanted = true;
    if (now.phase < LaunchPhase::releasing || now.ending())
        return {std::move(now), {}};
    now.phase = LaunchPhase::stopping;
    return {std::move(now), {Action::sendStopping}};
}

InstanceStep on(InstanceState now, const UnitsGone&) {
    if (now.phase != LaunchPhase::cleaning)
        return {std::move(now), {}};
    now.phase = LaunchPhase::gone;
    return {std::move(now), {Action::dropDeadline, Action::forget}};
}

InstanceStep on(InstanceState now, const TimedOut&) {
    if (now.phase == LaunchPhase::cleaning)  // a unit that does not go away: ask again
        return {std::move(now), {Action::stopUnits, Action::armDeadline, Action::awaitUnits}};
    if (now.phase == LaunchPhase::stopping)
        return {std::move(now), {Action::sendAbort, Action::sendStopping, Action::stopUnits, Action::armDeadline}};
    if (now.phase >= LaunchPhase::running)
        return {std::move(now), {}};
    now.outcome = {Outcome::Kind::failed,
                   cat("the launch did not get beyond ", quoted(kLaunchPhases.name(now.phase)), " within 30 s")};
    return abort(std::move(now));
}

}  // namespace

const char* stateName(LaunchPhase phase) {
    switch (phase) {
        case LaunchPhase::running: return "running";
        case LaunchPhase::stopping: return "stopping";
        case LaunchPhase::cleaning:
        case LaunchPhase::gone: return "ended";
        default: return "launching";
    }
}

InstanceStep step(const InstanceState& now, const InstanceEvent& event) {
    return std::visit([&](const auto& each) { return on(now, each); }, event);
}

std::string describeExit(const ContainerRecord& container) {
    if (container.reason == EndReason::healthCheck)
        return cat("health check failed: ", container.health.answer);
    if (container.reason != EndReason::none)
        return cat(kEndReasons.name(container.reason),
                   container.limitBytes == UINT64_MAX ? "" : cat(" at ", formatSize(container.limitBytes)));
    if (container.exitSignal == 0)
        return cat("exit ", container.exitCode);
    return cat(signalName(container.exitSignal), container.coreDumped ? " (core dumped)" : "");
}

}  // namespace podd
