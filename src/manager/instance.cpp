// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/instance.h"

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "base/log.h"
#include "base/strings.h"

namespace podd {

namespace {

constexpr uint64_t kDeadlineUsec = 30'000'000;

// How the executor ended is known by its parent, the spawner; its word may come a little later than the end itself.
constexpr uint64_t kHowUsec = 300'000;

LaunchPhase phaseOf(const InstanceRecord& record) {
    switch (record.phase) {
        case InstancePhase::starting: return LaunchPhase::preparing;
        case InstancePhase::released: return LaunchPhase::releasing;
        case InstancePhase::running: return LaunchPhase::running;
        case InstancePhase::ended: break;
    }
    return LaunchPhase::stopping;
}

}  // namespace

Instance::Instance(sd_event* event, InstanceHost& host, InstanceId id, std::string version)
    : host_(host),
      id_(std::move(id)),
      version_(std::move(version)),
      launchedUsec_(sd::realTimeUsec()),
      stateSinceUsec_(launchedUsec_),
      event_(event),
      deadline_(event, [this] { deadlinePassed(); }),
      vanished_(event, [this] { host_.executorEnded(*this, ""); }) {
    deadline_.armIn(kDeadlineUsec);
}

bool Instance::ready() const {
    const std::vector<ContainerRecord>& containers = state_.record.containers;
    return state_.phase == LaunchPhase::running &&
           std::all_of(containers.begin(), containers.end(), [](const ContainerRecord& each) { return each.ready(); });
}

uint64_t Instance::ranUsec() const {
    return runningSince_ == 0 ? 0 : sd::bootTimeUsec() - runningSince_;
}

void Instance::setPlan(InstancePlan plan) {
    endpoints_ = plan.launch.endpoints;
    plan_ = std::move(plan);
}

void Instance::resume(const InstanceRecord& record) {
    state_.record = record;
    endpoints_ = record.endpoints;
    state_.phase = phaseOf(record);
    for (const ContainerRecord& container : record.containers)
        if (container.startedUsec > 0)
            launchedUsec_ = std::min(launchedUsec_, container.startedUsec);
    stateSinceUsec_ = launchedUsec_;
    if (state_.phase == LaunchPhase::running) {
        runningSince_ = sd::bootTimeUsec() - (sd::realTimeUsec() - launchedUsec_);
        deadline_.disarm();
    }
    if (ready())
        readySince_ = runningSince_;
}

void Instance::handle(const InstanceEvent& event) {
    const LaunchPhase before = state_.phase;
    const bool wasReady = ready();
    InstanceStep result = step(state_, event);
    const bool changed = result.next != state_;
    state_ = std::move(result.next);
    if (std::string_view(stateName(state_.phase)) != stateName(before))
        stateSinceUsec_ = sd::realTimeUsec();
    if (state_.phase != before) {
        if (state_.phase == LaunchPhase::running)
            runningSince_ = sd::bootTimeUsec();
        log::debug(cat(id_.text(), ": ", kLaunchPhases.name(before), " -> ", kLaunchPhases.name(state_.phase)));
    }
    if (!ready())
        readySince_ = 0;
    else if (!wasReady)
        readySince_ = sd::bootTimeUsec();
    if (changed)
        host_.changed(*this, before, wasReady);
    for (const InstanceAction action : result.actions)
        perform(action);
}

void Instance::perform(InstanceAction action) {
    switch (action) {
        case InstanceAction::makeUnits: return makeUnits();
        case InstanceAction::sendScoped: return (void)host_.command(*this, ExecutorCommand::Kind::scoped);
        case InstanceAction::sendAbort: return (void)host_.command(*this, ExecutorCommand::Kind::abort);
        case InstanceAction::sendStopping: return (void)host_.command(*this, ExecutorCommand::Kind::stopping);
        case InstanceAction::stopUnits: return host_.stopUnits(*this);
        case InstanceAction::removeSandbox: return host_.removeSandbox(*this);
        case InstanceAction::awaitUnits:
            if (units_.empty())
                handle(UnitsGone{});
            return;
        case InstanceAction::armDeadline: return deadline_.armIn(kDeadlineUsec);
        case InstanceAction::dropDeadline: return deadline_.disarm();
        case InstanceAction::forget: return host_.over(*this);
    }
}

void Instance::makeUnits() {
    if (!plan_)
        return handle(UnitsMade{"the plan of this launch is gone"});
    UnitPlan main = plan_->executor;
    main.set("PIDs", std::vector<uint32_t>{static_cast<uint32_t>(state_.record.executorPid)});
    std::vector<UnitPlan> aux = {plan_->slice};
    for (size_t i = 0; i < plan_->scopes.size(); ++i) {
        aux.push_back(plan_->scopes[i]);
        // The executor is their parent and has not reaped them, so the numbers cannot have been used again.
        aux.back().set("PIDs", std::vector<uint32_t>{static_cast<uint32_t>(state_.record.containers.at(i).pid)});
    }
    for (const UnitPlan& unit : aux)
        units_.insert(unit.name);
    units_.insert(main.name);
    plan_.reset();
    host_.startUnits(*this, main, aux);
}

void Instance::unitsStarted(const UnitsPort::Started& result) {
    if (result.refused)
        units_.clear();
    handle(UnitsMade{result.problem});
    if (units_.empty())
        handle(UnitsGone{});  // the launch failed meanwhile, and waits for units that never were
}

void Instance::watchExecutor(int64_t pid) {
    if (executor_ || pid <= 0)
        return;
    executor_.reset(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0)));
    if (!executor_)
        return executorVanished();
    executorWatch_ =
        std::make_unique<sd::Io>(event_, executor_.get(), EPOLLIN, [this](uint32_t) { executorVanished(); });
}

void Instance::executorVanished() {
    executorWatch_.reset();
    if (state_.phase >= LaunchPhase::cleaning)
        return;
    vanished_.armIn(kHowUsec);
    host_.drain(*this);  // its last words come first
}

void Instance::executorEnded(const std::string& how) {
    vanished_.disarm();
    handle(ExecutorGone{how});
}

void Instance::deadlinePassed() {
    const bool started = state_.record.executorPid > 0;
    if (state_.phase == LaunchPhase::stopping && !started)
        return handle(ExecutorGone{"it never said hello"});
    handle(TimedOut{});
}

void Instance::unitRemoved(const std::string& unit) {
    if (units_.erase(unit) > 0 && units_.empty())
        handle(UnitsGone{});
}

}  // namespace podd
