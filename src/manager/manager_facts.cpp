// SPDX-License-Identifier: LGPL-2.1-or-later
// The manager's ears and hands: what executors, the spawner and systemd say, and what instances ask for.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/tree.h"
#include "core/ending.h"
#include "core/networks.h"
#include "manager/cgroup.h"
#include "manager/manager.h"
#include "manager/record_file.h"

namespace podd {

namespace {

std::string describeStatus(int64_t status) {
    const int raw = static_cast<int>(status);
    if (WIFSIGNALED(raw)) {
        const char* name = ::sigabbrev_np(WTERMSIG(raw));
        return cat("signal ", name == nullptr ? "?" : name, WCOREDUMP(raw) ? " (core dumped)" : "");
    }
    return cat("exit ", WEXITSTATUS(raw));
}

// Whether its end could be the wish of somebody else than podd.
bool mayBeStopped(const Instance& instance) {
    const InstanceState& state = instance.state();
    return !state.stopWanted && !state.ending() && state.phase >= LaunchPhase::releasing;
}

InstanceEvent eventOf(const Report& report) {
    switch (report.kind) {
        case Report::Kind::hello: return Connected{report.record};
        case Report::Kind::pids: return Prepared{report.record};
        case Report::Kind::failed: return LaunchFailed{report.record, report.problem};
        case Report::Kind::running: return Running{report.record};
        case Report::Kind::exited:
        case Report::Kind::measured:
        case Report::Kind::checked: return RecordChanged{report.record};
        case Report::Kind::ended: break;
    }
    return Ended{report.record};
}

}  // namespace

void Manager::onReport(const InstanceId& id, const Report& report) {
    Instance* instance = findInstance(id);
    if (instance == nullptr)
        return adopt(id, report);
    const bool suspected = suspected_.count(id) > 0;
    if (!suspected && !(report.kind == Report::Kind::ended && mayBeStopped(*instance)))
        return hear(*instance, report);
    suspected_[id].reports.push_back(report);
    if (!suspected)
        askWhetherStopped(id);
}

void Manager::hear(Instance& instance, const Report& report) {
    if (report.kind == Report::Kind::hello)
        instance.watchExecutor(report.record.executorPid);
    PODD_CRASHPOINT("report.heard");
    instance.handle(eventOf(report));
    PODD_CRASHPOINT("report.handled");
}

void Manager::onNotice(const Notice& notice) {
    PODD_CRASHPOINT("notice.heard");
    const std::optional<InstanceId> id = parseEscapedInstance(notice.instance);
    if (notice.kind == Notice::Kind::removed && !notice.problem.empty())
        log::warning(cat("sandbox of ", quoted(notice.instance), ": remove: ", notice.problem));
    Instance* instance = id ? findInstance(*id) : nullptr;
    if (instance == nullptr) {
        // What an executor wrote that was not heard any more.
        if (id && notice.kind == Notice::Kind::removed && notice.problem.empty())
            (void)removeTree(recordDirectory(config_.runDirectory, *id));
        return;
    }
    if (notice.kind == Notice::Kind::spawned && !notice.problem.empty())
        instance->handle(LaunchFailed{instance->state().record, notice.problem});
    else if (notice.kind == Notice::Kind::spawned && instance->state().phase < LaunchPhase::cleaning)
        instance->watchExecutor(notice.pid);  // it may end before its hello, and the spawner with it
    if (notice.kind == Notice::Kind::executorEnded && instance->state().phase < LaunchPhase::cleaning) {
        ports_.executors->drain(*id);
        executorEnded(*instance, describeStatus(notice.status));
    }
}

void Manager::onSpawnerLost(const std::vector<std::string>& launches) {
    for (const std::string& each : launches) {
        const std::optional<InstanceId> id = parseEscapedInstance(each);
        Instance* instance = id ? findInstance(*id) : nullptr;
        if (instance == nullptr || instance->state().phase != LaunchPhase::spawning)
            continue;
        instance->handle(LaunchFailed{instance->state().record, "the spawner ended during the launch"});
        removeSandbox(*id);  // an executor may have begun; none is left when there is another spawner
    }
}

void Manager::startUnits(Instance& instance, const UnitPlan& main, const std::vector<UnitPlan>& aux) {
    PODD_CRASHPOINT("units.asked");
    ports_.units->startUnits(main, aux, [this, id = instance.id()](const UnitsPort::Started& result) {
        PODD_CRASHPOINT("units.made");
        if (Instance* found = findInstance(id))
            found->unitsStarted(result);
    });
}

bool Manager::command(const Instance& instance, ExecutorCommand::Kind kind) {
    PODD_CRASHPOINT("executor.commanded");
    return ports_.executors->send(instance.id(), {.kind = kind});
}

void Manager::drain(const Instance& instance) {
    ports_.executors->drain(instance.id());
}

void Manager::removeSandbox(const Instance& instance) {
    removeSandbox(instance.id());
}

void Manager::removeSandbox(const InstanceId& id) {
    ports_.spawner->removeSandbox(id.escaped(), sandboxOf(config_.stateDirectory, id));
}

void Manager::changed(Instance& instance, LaunchPhase before, bool wasReady) {
    ports_.observer->instanceChanged(instance);
    Pod* owner = findPod(instance.id().pod);
    const bool another = instance.state().phase != before;
    if (owner == nullptr || (!another && instance.ready() && wasReady))
        return;
    PODD_CRASHPOINT("instance.changed");
    if (another)
        nameInstance(instance);
    if (another && instance.state().phase == LaunchPhase::cleaning)
        noteEnd(*owner, instance);
    podMayHaveChanged(*owner);
    if (instance.ready() || (wasReady && !another))
        reconcilePod(*owner);  // an old instance may go now
}

// It is found by its name while it runs.
void Manager::nameInstance(const Instance& instance) {
    if (instance.state().phase == LaunchPhase::running)
        names_.set(instance.id(), addressesOf(instance.state().record.networks));
    else
        names_.clear(instance.id());
}

void Manager::noteEnd(Pod& pod, const Instance& instance) {
    const Outcome& outcome = instance.state().outcome;
    if (outcome.kind == Outcome::Kind::stopped || outcome.kind == Outcome::Kind::none)
        return;
    remember(pod, instance);
    if (!pod.versionFacts(instance.version()).right)
        return;
    if (outcome.kind == Outcome::Kind::failed)
        noteFailureOf(pod);
    pod.backoff =
        afterFailure(pod.backoff, policyOf(pod.stored.spec.scheduling.backoff), sd::bootTimeUsec(), instance.ranUsec());
}

// An end that nobody had asked for.
void Manager::remember(Pod& pod, const Instance& instance) {
    std::optional<Termination> termination = terminationOf(instance.state(), sd::realTimeUsec());
    if (!termination)
        return;
    termination->instance = instance.id().text();
    termination->version = instance.version();
    termination->launchedUsec = instance.launchedUsec();
    termination->bootId = bootId_;
    pod.lastFailure = termination->text();
    pod.lastFailureUsec = termination->endedUsec;
    if (!pod.orphan)
        terminations_.add(pod.id(), *std::move(termination));
}

void Manager::recallFailure(Pod& pod) const {
    const std::vector<Termination> known = terminations_.list(pod.id());
    if (known.empty() || known.back().endedUsec < pod.stored.forgivenUsec)
        return;
    pod.lastFailure = known.back().text();
    pod.lastFailureUsec = known.back().endedUsec;
}

void Manager::over(Instance& instance) {
    buried_.insert(instance.id());
    burial_.request();
}

void Manager::bury(const InstanceId& id) {
    Pod* owner = findPod(id.pod);
    Instance* instance = findInstance(id);
    if (owner == nullptr || instance == nullptr)
        return;
    PODD_CRASHPOINT("bury.begun");
    if (const std::string problem = removeTree(recordDirectory(config_.runDirectory, id)); !problem.empty())
        log::warning(problem);
    PODD_CRASHPOINT("bury.forgotten");
    if (::access(sandboxOf(config_.stateDirectory, id).c_str(), F_OK) == 0)
        removeSandbox(id);  // whoever was to do it has not; until it is done the directory says so
    ports_.observer->instanceRemoved(*instance);
    std::erase_if(byUnit_, [&](const auto& entry) { return entry.second == id; });
    suspected_.erase(id);
    grants_.release(id);
    addresses_.release(id);
    owner->instances.erase(id.number);
    PODD_CRASHPOINT("bury.done");
    const bool gone = owner->instances.empty() && (owner->stored.deleted || owner->orphan);
    if (gone)
        return removePod(*owner);
    if (!rollBackIfDoomed(*owner))
        reconcilePod(*owner);
}

void Manager::removePod(Pod& pod) {
    PODD_CRASHPOINT("pod.removing");
    if (!pod.orphan)
        ports_.observer->podRemoved(pod);
    if (pod.deployment())
        endDeployment(pod, "done", "");
    pods_.erase(pod.id());
    PODD_CRASHPOINT("pod.removed");
}

void Manager::track(Instance& instance) {
    byUnit_[instanceSlice(instance.id())] = instance.id();
    byUnit_[executorScope(instance.id())] = instance.id();
    if (instance.plan())
        for (const UnitPlan& scope : instance.plan()->scopes)
            byUnit_[scope.name] = instance.id();
    for (const ContainerRecord& container : instance.state().record.containers)
        byUnit_[containerScope(instance.id(), container.name)] = instance.id();
}

// When systemd answers, everything that it had said before, such as a job that it has queued, has been heard as well.
void Manager::askWhetherStopped(const InstanceId& id) {
    ports_.units->listUnits({executorScope(id)}, [this, id](const std::vector<std::string>&) {
        if (const auto held = suspected_.find(id); held != suspected_.end() && held->second.job.empty())
            release(id, false);
    });
}

void Manager::executorEnded(Instance& instance, const std::string& how) {
    const bool suspected = suspected_.count(instance.id()) > 0;
    if (!suspected && !mayBeStopped(instance))
        return instance.executorEnded(how);
    std::optional<std::string>& end = suspected_[instance.id()].executorEnd;
    if (!end || end->empty())
        end = how;
    if (!suspected)
        askWhetherStopped(instance.id());
}

// The executor's scope tells: whoever stops the instance's slice, the pod's or the scope itself makes systemd queue a job
// for it, and when the executor ends by itself there is none.
void Manager::jobQueued(const std::string& job, const std::string& unit) {
    const auto it = byUnit_.find(unit);
    if (it == byUnit_.end() || unit != executorScope(it->second))
        return;
    const InstanceId id = it->second;
    const Instance* instance = findInstance(id);
    if (instance == nullptr || !mayBeStopped(*instance) || !suspected_[id].job.empty())
        return;
    suspected_[id].job = job;
    ports_.units->askStopJob(job, unit, [this, id](bool stops) { jobKnown(id, stops); });
}

void Manager::jobKnown(const InstanceId& id, bool stops) {
    if (!stops)
        return release(id, false);
    ports_.units->askShutdown([this, id](bool goingDown) {
        shutdown_ = shutdown_ || goingDown;
        if (!shutdown_)
            stoppedByOthers(id);
        release(id, true);
        if (Pod* owner = findPod(id.pod))
            reconcilePod(*owner);
    });
}

void Manager::stoppedByOthers(const InstanceId& id) {
    Pod* owner = findPod(id.pod);
    if (owner == nullptr || !owner->stored.up)
        return;
    log::notice(cat("pod ", quoted(id.pod), ": stopped through systemd; it stays so until podctl start"));
    owner->stored.up = false;
    owner->stored.message = cat("stopped by an administrator through systemd (", instanceSlice(id), ")");
    (void)saveWish(*owner);
}

void Manager::release(const InstanceId& id, bool stopped) {
    const auto known = suspected_.extract(id);
    Instance* instance = findInstance(id);
    if (known.empty() || instance == nullptr)
        return;
    if (stopped)
        instance->handle(StopSeen{});
    const Suspicion& held = known.mapped();
    for (const Report& report : held.reports)
        hear(*instance, report);
    if (held.executorEnd)
        instance->executorEnded(*held.executorEnd);
}

void Manager::unitRemoved(const std::string& unit) {
    const auto it = byUnit_.find(unit);
    if (it == byUnit_.end())
        return;
    PODD_CRASHPOINT("units.removed");
    if (Instance* instance = findInstance(it->second))
        instance->unitRemoved(unit);
}

// Of units that systemd is asked for later than for this list it says nothing.
void Manager::removalsMissed() {
    std::set<std::string> known;
    for (const auto& [id, owner] : pods_)
        for (const auto& [number, instance] : owner->instances)
            known.insert(instance->units().begin(), instance->units().end());
    ports_.units->listUnits({"pod-*"}, [this, known = std::move(known)](const std::vector<std::string>& loaded) {
        const std::set<std::string> present(loaded.begin(), loaded.end());
        for (const std::string& unit : known)
            if (present.count(unit) == 0)
                unitRemoved(unit);
    });
}

}  // namespace podd
