// SPDX-License-Identifier: LGPL-2.1-or-later
// What is asked of units and processes of instances that run: to be stopped, frozen, thawed, and signals.
#include <algorithm>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/strings.h"
#include "manager/cgroup.h"
#include "manager/manager.h"

namespace podd {

namespace {

// Calls `done` once, when the returned function has been called `count` times, with the first problem of all.
UnitsPort::Done afterAll(size_t count, UnitsPort::Done done) {
    struct Waiting {
        size_t left;
        std::string problem;
        UnitsPort::Done done;
    };
    return [waiting = std::make_shared<Waiting>(Waiting{count, "", std::move(done)})](const std::string& problem) {
        if (waiting->problem.empty())
            waiting->problem = problem;
        if (--waiting->left == 0)
            waiting->done(waiting->problem);
    };
}

std::string describe(const InstanceId& id, const std::string& container) {
    const std::string text = cat("instance ", quoted(id.text()));
    return container.empty() ? text : cat(text, ": container ", quoted(container));
}

UnitsPort::Done about(const std::string& what, const char* step, UnitsPort::Done done) {
    return [what, step, done = std::move(done)](const std::string& problem) {
        done(problem.empty() ? "" : cat(what, ": ", step, ": ", problem));
    };
}

// "/web.3/nginx" is container nginx of instance /web.3.
std::optional<InstanceId> instanceOf(const std::string& container) {
    const size_t slash = container.rfind('/');
    return slash == 0 || slash == std::string::npos ? std::nullopt : parseInstanceId(container.substr(0, slash));
}

bool runs(const Manager::Target& target) {
    if (target.instance->state().phase != LaunchPhase::running)
        return false;
    const std::vector<ContainerRecord>& containers = target.instance->state().record.containers;
    return target.container.empty() || std::any_of(containers.begin(), containers.end(), [&](const auto& each) {
               return each.name == target.container && each.phase == ContainerPhase::running;
           });
}

}  // namespace

// A '.' may be in the id of a pod, and so may a '/': the pod that is there wins.
std::vector<Manager::Target> Manager::targetsOf(const std::string& name) const {
    std::vector<Target> targets;
    if (const Pod* found = findPod(name)) {
        for (const auto& [number, instance] : found->instances)
            targets.push_back({instance.get(), ""});
        return targets;
    }
    if (const std::optional<InstanceId> id = instanceOf(name)) {
        Instance* const instance = findInstance(*id);
        const std::string container = name.substr(name.rfind('/') + 1);
        if (instance != nullptr)
            for (const ContainerRecord& each : instance->state().record.containers)
                if (each.name == container)
                    targets.push_back({instance, container});
        if (targets.empty())
            throw Error(Errc::noSuchInstance, cat("container ", quoted(name), ": there is no such container"));
        return targets;
    }
    const std::optional<InstanceId> id = parseInstanceId(name);
    if (!id)
        (void)pod(name);  // throws
    Instance* const instance = findInstance(*id);
    if (instance == nullptr)
        throw Error(Errc::noSuchInstance, cat("instance ", quoted(name), ": there is no such instance"));
    return {{instance, ""}};
}

std::vector<Manager::Target> Manager::runningTargetsOf(const std::string& name) const {
    std::vector<Target> targets = targetsOf(name);
    const bool container = !targets.empty() && !targets.front().container.empty();
    const char* const kind = findPod(name) != nullptr ? "pod " : container ? "container " : "instance ";
    std::erase_if(targets, [](const Target& each) { return !runs(each); });
    if (targets.empty())
        throw Error(Errc::notNow, cat(kind, quoted(name), ": no container of it runs now"));
    return targets;
}

std::string Manager::podOf(const std::string& name) const {
    if (findPod(name) != nullptr)
        return name;
    std::optional<InstanceId> id = instanceOf(name);
    if (!id)
        id = parseInstanceId(name);
    return id ? id->pod : name;
}

void Manager::freeze(const std::string& name, UnitsPort::Done done) {
    // The executor is not in the slice of the instance: it sees to the output, and to an end, also of frozen containers.
    const std::vector<Target> targets = runningTargetsOf(name);
    const UnitsPort::Done each = afterAll(targets.size(), std::move(done));
    for (const auto& [instance, container] : targets) {
        const InstanceId& id = instance->id();
        ports_.units->freezeUnit(container.empty() ? instanceSlice(id) : containerScope(id, container),
                                 about(describe(id, container), "freeze", each));
    }
}

// Of what was frozen in some other way too.
void Manager::thaw(const std::string& name, UnitsPort::Done done) {
    std::vector<std::string> frozen;
    for (const Target& target : runningTargetsOf(name)) {
        const std::string only =
            target.container.empty() ? "" : containerScope(target.instance->id(), target.container);
        for (const std::string& unit : frozenUnits(*target.instance))
            if (only.empty() || unit == only)
                frozen.push_back(unit);
    }
    if (findPod(name) != nullptr && freezesItself(sliceDirectory(config_.cgroupRoot, podSlice(name))))
        frozen.push_back(podSlice(name));
    thawAll(std::move(frozen), std::move(done));
}

void Manager::kill(const std::string& name, KillWhom whom, int signal, UnitsPort::Done done) {
    std::vector<Target> receivers;
    for (const Target& target : runningTargetsOf(name))
        for (const ContainerRecord& container : target.instance->state().record.containers)
            if (container.phase == ContainerPhase::running &&
                (target.container.empty() || target.container == container.name))
                receivers.push_back({target.instance, container.name});
    const UnitsPort::Done each = afterAll(receivers.size(), std::move(done));
    for (const auto& [instance, container] : receivers) {
        const InstanceId& id = instance->id();
        const UnitsPort::Done sent = about(describe(id, container), "kill", each);
        const std::string scope = containerScope(id, container);
        if (whom == KillWhom::all)
            ports_.units->killUnit(scope, signal, sent);
        else  // systemd knows no main process of a scope; the executor is its parent
            sent(ports_.executors->send(id, {.kind = ExecutorCommand::Kind::kill, .scope = scope, .signal = signal})
                     ? ""
                     : "its executor is not connected, try again");
    }
}

// The scopes of an instance and its slice, as far as they were asked to freeze.
std::vector<std::string> Manager::frozenUnits(const Instance& instance) const {
    std::vector<std::string> frozen;
    const std::string slice = instanceSlice(instance.id());
    const std::string directory = sliceDirectory(config_.cgroupRoot, slice);
    for (const std::string& scope : instance.units())
        if (freezesItself(cat(directory, '/', scope)))
            frozen.push_back(scope);
    if (freezesItself(directory))
        frozen.push_back(slice);
    return frozen;
}

// The last one first.
void Manager::thawAll(std::vector<std::string> frozen, UnitsPort::Done done) {
    if (frozen.empty())
        return done("");
    const std::string unit = frozen.back();
    frozen.pop_back();
    ports_.units->thawUnit(unit, [this, unit, frozen = std::move(frozen), done = std::move(done)](const auto& problem) {
        if (problem.empty())
            return thawAll(frozen, done);
        done(cat("unit ", quoted(unit), ": thaw: ", problem));
    });
}

void Manager::stopUnits(Instance& instance) {
    if (instance.units().empty() || thawing_.count(instance.id()) > 0)
        return;
    // systemd since 254 refuses to stop what is frozen, and leaves such a stop half done: thaw first (systemd.md §2).
    // What counts is what was asked for: the kernel's answer to it ("frozen" in cgroup.events) may waver.
    if (unitsToThaw(instance).empty())
        return stopThawed(instance.id());
    thawing_[instance.id()] = 0;
    thawAndStop(instance.id());
}

// With the slices above it: what is below a frozen slice does not run either.
std::vector<std::string> Manager::unitsToThaw(const Instance& instance) const {
    std::vector<std::string> frozen = frozenUnits(instance);
    for (const std::string& each : {podSlice(instance.id().pod), std::string("pod.slice")})
        if (freezesItself(sliceDirectory(config_.cgroupRoot, each)))
            frozen.push_back(each);
    return frozen;
}

void Manager::stopThawed(const InstanceId& id) {
    // The executor's scope is stopped with the slice (BindsTo=); its own stop is for a slice that never came up.
    PODD_CRASHPOINT("units.stop");
    ports_.units->stopUnit(instanceSlice(id));
    ports_.units->stopUnit(executorScope(id));
    PODD_CRASHPOINT("units.stopped");
}

// systemd does not thaw a unit while a job of it is queued, and for a frozen slice that nothing needs any more it queues, and
// refuses, one stop after another for a while. What it has thawed it still counts as frozen until the kernel has told it of
// each cgroup. So it is asked until it says that all of it runs, and that is not announced by a signal.
void Manager::thawAndStop(const InstanceId& id) {
    const Instance* const instance = findInstance(id);
    if (instance == nullptr || !instance->state().ending()) {
        thawing_.erase(id);
        return;
    }
    thawAll(unitsToThaw(*instance), [this, id](const std::string& problem) {
        const Instance* const thawed = findInstance(id);
        std::vector<std::string> units = {instanceSlice(id)};
        if (thawed != nullptr)
            units.insert(units.end(), thawed->units().begin(), thawed->units().end());
        ports_.units->askFrozen(units, [this, id, problem](bool frozen) {
            constexpr uint64_t kAgainUsec = 20'000;
            constexpr int kMostQuestions = 150;  // 3 s: then it is stopped, however half done that be
            if (thawing_.count(id) == 0)
                return;
            if (frozen && ++thawing_[id] < kMostQuestions)
                return thawingAgain_.armIn(kAgainUsec, kAgainUsec / 4);
            if (frozen)
                log::warning(cat("instance ", quoted(id.text()), ": thaw for its stop: ",
                                 problem.empty() ? "systemd still counts it as frozen" : problem));
            thawing_.erase(id);
            stopThawed(id);
        });
    });
}

void Manager::thawAgain() {
    std::vector<InstanceId> waiting;
    for (const auto& [id, questions] : thawing_)
        waiting.push_back(id);
    for (const InstanceId& id : waiting)
        thawAndStop(id);
}

}  // namespace podd
