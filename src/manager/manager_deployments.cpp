// SPDX-License-Identifier: LGPL-2.1-or-later
// Deployments: how a change of a pod begins, keeps others out, ends, gets stuck, and is taken back.
#include <algorithm>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/strings.h"
#include "core/upgrade.h"
#include "manager/manager.h"
#include "model/pod_spec_json.h"

namespace podd {

namespace {

// That a deployment has ended is no news to a podd that finds all as it is wished: there is time to write it down.
constexpr uint64_t kSaveUsec = 2'000'000;

constexpr const char* kReplaced = "another operation on this pod took its place";

std::string describe(const Pod& pod) {
    const Deployment& deployment = *pod.deployment();
    return cat(deployment.id, " (", describeProgress(deployment.type, pod.facts()),
               deployment.isStuck() ? cat(", stuck: ", deployment.problem) : "", ")");
}

}  // namespace

void Manager::refuseLocked(const Pod& pod, bool force) const {
    if (force || !pod.deployment() || !locks(pod.deployment()->type))
        return;
    throw Error(Errc::locked, cat("pod ", quoted(pod.id()), ": locked by deployment ", describe(pod),
                                  "; wait for its end, take it back (podctl cancel ", pod.deployment()->id,
                                  "), or replace it (--force)"));
}

// What a roll-back of the present state leads to: of a change that was never completed, what was before that.
Deployment Manager::newDeployment(const std::string& id, DeploymentType type) {
    const Pod* existing = findPod(id);
    Deployment made{.id = store_.nextDeployment(), .type = type, .pod = id, .sinceUsec = sd::realTimeUsec()};
    if (existing != nullptr)
        made.from = existing->deployment() && locks(existing->deployment()->type) ? existing->deployment()->from
                                                                                  : existing->stored.version;
    return made;
}

uint32_t Manager::beginDeployment(Pod& pod, DeploymentType type) {
    const std::optional<Deployment> before = std::exchange(pod.stored.deployment, newDeployment(pod.id(), type));
    announce(pod, before);
    return pod.deployment()->id;
}

// Tells of the deployment that the pod has got, and of the end of the one that it had.
void Manager::announce(Pod& pod, const std::optional<Deployment>& before) {
    if (before)
        ports_.observer->deploymentRemoved(*before, "canceled", kReplaced);
    if (pod.deployment())
        ports_.observer->deploymentAdded(*pod.deployment());
}

void Manager::checkDeployment(Pod& pod) {
    if (!pod.deployment())
        return;
    if (pod.deployment()->isStuck() && pod.comesOn())
        pod.stored.deployment->problem.clear();
    const DeploymentType type = pod.deployment()->type;
    if (type == DeploymentType::stop && pod.state() == PodState::stopped)
        return endDeployment(pod, "done", "");
    if (type == DeploymentType::stop || type == DeploymentType::remove)
        return;  // a deletion is done when the pod is removed
    if (!pod.stored.up)
        endDeployment(pod, "canceled", pod.stored.message);
    else if (pod.isDeployed())
        endDeployment(pod, "done", "");
    else if (const std::string why = pod.obstacle(); !why.empty())
        endDeployment(pod, "failed", why);
}

void Manager::endDeployment(Pod& pod, const std::string& result, const std::string& message) {
    const Deployment ended = *std::exchange(pod.stored.deployment, std::nullopt);
    PODD_CRASHPOINT("deployment.ended");
    if (!pod.stored.deleted && !pod.orphan)
        ports_.observer->podChanged(pod);
    ports_.observer->deploymentRemoved(ended, result, message);
    saveSoon(pod);
}

// An instance of what is being deployed has failed; pod.lastFailure says how.
void Manager::noteFailureOf(Pod& pod) {
    if (!pod.stored.deployment || pod.deployment()->type == DeploymentType::stop ||
        pod.deployment()->type == DeploymentType::remove)
        return;
    Deployment& deployment = *pod.stored.deployment;
    deployment.failures += 1;
    deployment.problem = pod.lastFailure;
    if (deployment.rollbackAfter > 0)
        (void)saveWish(pod);
    ports_.observer->deploymentStuck(deployment);
}

// What was asked for with the change: go back by itself when it fails that often. True when the pod is another now, or
// none at all.
bool Manager::rollBackIfDoomed(Pod& pod) {
    if (!pod.deployment() || !pod.deployment()->isDoomed())
        return false;
    const Deployment doomed = *pod.deployment();
    const std::string failures = cat(doomed.failures, doomed.failures == 1 ? " failure" : " failures");
    const std::string text = cat("rolled back after ", failures, "; the last one: ", doomed.problem);
    log::notice(cat("pod ", quoted(doomed.pod), ": deployment ", doomed.id, ": ", text));
    endDeployment(pod, "failed", text);
    try {
        (void)takeBack(doomed);
        return true;
    } catch (const std::exception& problem) {
        log::error(cat("pod ", quoted(doomed.pod), ": roll-back: ", problem.what()));
        return false;
    }
}

// To what was there before.
uint32_t Manager::takeBack(const Deployment& deployment) {
    PODD_CRASHPOINT("deployment.back");
    if (deployment.from.empty())
        return remove(deployment.pod, true);
    return rollback(deployment.pod, deployment.from, {.force = true}).deployment;
}

const Deployment& Manager::deployment(uint32_t id) const {
    for (const auto& [name, pod] : pods_)
        if (pod->deployment() && pod->deployment()->id == id)
            return *pod->deployment();
    throw Error(Errc::noSuchDeployment, cat("deployment ", id, ": there is no such deployment, or it has ended"));
}

uint32_t Manager::cancel(uint32_t id) {
    const Deployment canceled = deployment(id);
    Pod& subject = pod(canceled.pod);
    const std::string about = cat("deployment ", id, ": pod ", quoted(canceled.pod), ": ");
    switch (canceled.type) {
        case DeploymentType::create:
        case DeploymentType::update:
        case DeploymentType::scale:
        case DeploymentType::rollback: break;
        case DeploymentType::restart:
            subject.stored.restartedBelow = 0;  // what has been replaced so far stays
            endDeployment(subject, "canceled", "by podctl cancel");
            reconcilePod(subject);
            return 0;
        case DeploymentType::start:
            throw Error(Errc::notNow, cat(about, "a start cannot be taken back; podctl stop ", canceled.pod));
        case DeploymentType::stop:
            throw Error(Errc::notNow, cat(about, "a stop cannot be taken back; podctl start ", canceled.pod));
        case DeploymentType::remove:
            throw Error(Errc::notNow,
                        cat(about, "a deletion cannot be taken back; its definitions are kept, see podctl ", "history ",
                            canceled.pod));
    }
    if (!canceled.from.empty())
        (void)resolveVersion(canceled.pod, canceled.from);  // throws, before anything is changed
    endDeployment(subject, "canceled", "by podctl cancel");
    PODD_CRASHPOINT("cancel.ended");
    return takeBack(canceled);
}

Applied Manager::scale(const std::string& id, uint32_t instances, const ApplyOptions& options) {
    const Pod& subject = pod(id);
    refuseUnlaunchable(subject);
    refuseOtherVersion(id, options);
    PodSpec spec = subject.stored.spec;
    spec.instances = instances;
    // Through the same door as every definition, so that the same rules hold.
    ParsedPod parsed = parsePod(canonicalJson(spec), options.strict);
    if (!parsed.ok())
        throw BadDefinition(cat("pod ", quoted(id), ": scale to ", instances), std::move(parsed.problems));
    return accept(std::move(parsed.spec), std::nullopt, options);
}

Applied Manager::resume(const std::string& id, const ApplyOptions& options) {
    const Pod& subject = pod(id);
    if (subject.stored.spec.instances > 0)
        return {"unchanged", subject.stored.version, subject.deployment() ? subject.deployment()->id : 0};
    const std::vector<std::string> known = store_.versions(id);
    for (auto version = known.rbegin(); version != known.rend(); ++version) {
        const ParsedPod parsed = parsePod(store_.definition(id, *version).value_or(""));
        if (parsed.ok() && parsed.spec.instances > 0)
            return scale(id, parsed.spec.instances, options);
    }
    return scale(id, PodSpec{}.instances, options);
}

void Manager::saveSoon(const Pod& pod) {
    if (stale_.empty())
        saving_.armIn(kSaveUsec);
    stale_.insert(pod.id());
}

void Manager::saveStale() {
    PODD_CRASHPOINT("deployment.saving");
    for (const std::string& id : std::exchange(stale_, {}))
        if (Pod* owner = findPod(id); owner != nullptr && !owner->orphan && owner->stored.readable)
            (void)saveWish(*owner);
}

// Reads the definitions that instances are of, and compares them with the wished one.
void Manager::judgeVersions(Pod& pod) {
    pod.versions.clear();
    const std::set<uint16_t> ports = fixedHostPorts(pod.stored.spec);
    pod.exclusive = !ports.empty();
    pod.versions[pod.stored.version] = {.right = true, .clashes = pod.exclusive};
    if (!pod.stored.lost.empty())
        pod.versions[pod.stored.lost] = {.right = true, .clashes = pod.exclusive};
    for (const auto& [number, instance] : pod.instances) {
        const auto [entry, isNew] = pod.versions.try_emplace(instance->version());
        if (!isNew)
            continue;
        const ParsedPod parsed = parsePod(store_.definition(pod.id(), instance->version()).value_or(""));
        const std::set<uint16_t> theirs = fixedHostPorts(parsed.spec);
        entry->second.right = parsed.ok() && !isUpgrade(parsed.spec, pod.stored.spec);
        // Of what cannot be read the worst is assumed.
        entry->second.clashes =
            parsed.ok() ? std::any_of(ports.begin(), ports.end(), [&](uint16_t port) { return theirs.contains(port); })
                        : pod.exclusive;
    }
}

}  // namespace podd
