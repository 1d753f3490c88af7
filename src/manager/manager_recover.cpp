// SPDX-License-Identifier: LGPL-2.1-or-later
// A new podd finds its way: what is wished is on disk, what is true is in /run/podd/instances, in systemd and with the
// executors, which say hello again by themselves. Nothing that runs is touched.
#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/tree.h"
#include "manager/manager.h"
#include "manager/record_file.h"

namespace podd {

namespace {

// By then an executor that was forked when this podd began has said hello, or is gone.
constexpr uint64_t kSweepUsec = 2'000'000;

}  // namespace

void Manager::recover(const std::vector<std::string>& units) {
    PODD_CRASHPOINT("recover.begun");
    for (StoredPod& stored : store_.load()) {
        if (stored.deployment)
            store_.raiseDeployment(stored.deployment->id);
        recallFailure(addPod(std::move(stored)));
    }
    PODD_CRASHPOINT("recover.loaded");
    const std::string directory = config_.runDirectory + "/instances";
    for (const std::string& name : listDirectory(directory))
        resumeRecord(name, units);
    for (const std::string& unit : units) {
        const std::string_view stem = std::string_view(unit).substr(0, unit.size() - std::string_view(".slice").size());
        const std::optional<InstanceId> id =
            unit.ends_with(".slice") && stem.starts_with("pod-") ? parseEscapedInstance(stem.substr(4)) : std::nullopt;
        if (!id || byUnit_.count(unit) > 0 || findPod(cat(id->pod, '/', id->number)) != nullptr)
            continue;
        const bool group = std::any_of(pods_.begin(), pods_.end(), [&](const auto& entry) {
            return entry.first.starts_with(cat(id->pod, '/', id->number, '/'));
        });
        if (group)
            continue;
        log::warning(cat("unit ", quoted(unit), " belongs to no instance that podd knows: it is stopped"));
        ports_.units->stopUnit(unit);
    }
    PODD_CRASHPOINT("recover.units");
    names_.refresh();
    removeStraySandboxes();
    sweeping_.armIn(kSweepUsec);
    std::erase_if(pods_, [this](const auto& entry) { return !judgeDamage(*entry.second); });
    for (const auto& [id, owner] : pods_) {
        judgeVersions(*owner);
        owner->shownState = owner->state();
    }
    for (const auto& [id, owner] : pods_)
        ports_.observer->podAdded(*owner);
    PODD_CRASHPOINT("recover.sandboxes");
    std::vector<std::string> ids;
    for (const auto& [id, owner] : pods_)
        ids.push_back(id);
    for (const std::string& id : ids) {
        PODD_CRASHPOINT("recover.reconcile");
        Pod* owner = findPod(id);
        if (owner != nullptr && owner->instances.empty() && (owner->stored.deleted || owner->orphan))
            removePod(*owner);
        else if (owner != nullptr)
            reconcilePod(*owner);
    }
}

// What to make of a pod whose files were damaged. False when nothing is left of it.
bool Manager::judgeDamage(Pod& pod) {
    StoredPod& stored = pod.stored;
    const auto living = std::find_if(pod.instances.rbegin(), pod.instances.rend(),
                                     [](const auto& entry) { return !entry.second->state().ending(); });
    const bool runs = living != pod.instances.rend();
    const bool judged = !stored.goalKnown || stored.repaired;
    if (!stored.goalKnown) {
        if (!stored.readable && pod.instances.empty())
            return false;
        if (!stored.readable && runs)
            stored.version = stored.deployed = living->second->version();
        stored.up = runs;
        if (runs)
            stored.message += "; its instances run on";
        else
            stored.message += cat("; whether it was stopped or deleted is not known: podctl start ", pod.id(),
                                  " or podctl delete ", pod.id());
        stored.goalKnown = true;
    }
    if (judged)
        log::error(cat("pod ", quoted(pod.id()), ": ", stored.message));
    if (stored.repaired && stored.readable)
        (void)saveWish(pod);
    return true;
}

void Manager::resumeRecord(const std::string& directory, const std::vector<std::string>& units) {
    const std::string path = cat(config_.runDirectory, "/instances/", directory);
    const std::optional<InstanceId> id = parseEscapedInstance(directory);
    const std::optional<InstanceRecord> record = id ? readRecord(config_.runDirectory, *id) : std::nullopt;
    if (!record) {
        log::warning(cat("record ", quoted(path), " is not whole: removed"));
        (void)removeTree(path);
        return;
    }
    Instance& instance = takeUp(*id, *record);
    for (const std::string& unit : units)
        if (const auto it = byUnit_.find(unit); it != byUnit_.end() && it->second == *id)
            instance.unitAppeared(unit);
    ports_.observer->instanceAdded(instance);
    PODD_CRASHPOINT("recover.record");
    if (record->phase == InstancePhase::ended)
        instance.handle(Ended{*record});
    else if (ports_.executors->isExecutor(record->executorPid, *id))
        instance.watchExecutor(record->executorPid);
    else
        instance.executorEnded("while podd was away");
}

Instance& Manager::takeUp(const InstanceId& id, const InstanceRecord& record) {
    Pod* owner = findPod(id.pod);
    Instance& instance = addInstance(owner != nullptr ? *owner : orphan(id.pod), id, record.version);
    store_.raiseNumber(id.pod, id.number);
    instance.resume(record);
    grants_.keep(id, record.endpoints);
    addresses_.keep(id, record.networks);
    nameInstance(instance);
    track(instance);
    return instance;
}

// An executor that had no record yet when this podd looked for them: an earlier podd had ordered it.
void Manager::adopt(const InstanceId& id, const Report& report) {
    log::notice(cat("instance ", quoted(id.text()), " was launched for an earlier podd"));
    Instance& instance = takeUp(id, readRecord(config_.runDirectory, id).value_or(report.record));
    for (const auto& [unit, owner] : byUnit_)
        if (owner == id)
            instance.unitAppeared(unit);
    removalsMissed();  // there is none of them, unless the record was removed
    Pod& pod = *findPod(id.pod);
    judgeVersions(pod);
    ports_.observer->instanceAdded(instance);
    hear(instance, report);
    reconcilePod(pod);
}

Pod& Manager::orphan(const std::string& id) {
    StoredPod stored;
    stored.id = id;
    stored.up = false;
    Pod& made = addPod(std::move(stored));
    made.orphan = true;
    return made;
}

void Manager::removeStraySandboxes() {
    for (const std::string& name : listDirectory(config_.stateDirectory + "/sandboxes")) {
        const std::optional<InstanceId> id = parseEscapedInstance(name);
        const bool used = id && (findInstance(*id) != nullptr ||
                                 ::access(recordDirectory(config_.runDirectory, *id).c_str(), F_OK) == 0);
        if (!used)
            ports_.spawner->removeSandbox(name, cat(config_.stateDirectory, "/sandboxes/", name));
    }
}

// True when some are of executors that live, and have not said hello yet.
bool Manager::removeStrayRecords() {
    bool left = false;
    const std::string directory = config_.runDirectory + "/instances";
    for (const std::string& name : listDirectory(directory)) {
        const std::optional<InstanceId> id = parseEscapedInstance(name);
        if (id && findInstance(*id) != nullptr)
            continue;
        const std::optional<InstanceRecord> record = id ? readRecord(config_.runDirectory, *id) : std::nullopt;
        if (record && ports_.executors->isExecutor(record->executorPid, *id)) {
            left = true;
            continue;
        }
        log::notice(cat("record ", quoted(name), ": its executor has ended unheard: removed"));
        if (const std::string problem = removeTree(cat(directory, '/', name)); !problem.empty())
            log::warning(problem);
    }
    return left;
}

void Manager::sweepGrants() {
    const auto isKnown = [this](const InstanceId& id) { return findInstance(id) != nullptr; };
    grants_.sweep(isKnown);
    addresses_.sweep(isKnown);
}

// What was launched for an earlier podd, and ended before it could say hello to this one.
void Manager::sweep() {
    if (removeStrayRecords())
        sweeping_.armIn(kSweepUsec);
    else
        sweepGrants();
    removeStraySandboxes();
}

}  // namespace podd
