// SPDX-License-Identifier: LGPL-2.1-or-later
// The manager's memory of definitions: accepting new versions, going back to old ones, and telling of them.
#include <algorithm>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/strings.h"
#include "manager/manager.h"
#include "model/pod_spec_json.h"
#include "model/reach.h"
#include "model/version.h"

namespace podd {

namespace {

std::string allErrors(const std::vector<Problem>& problems) {
    std::vector<std::string> lines;
    for (const Problem& problem : problems)
        if (problem.severity == Problem::Severity::error)
            lines.push_back(describe(problem, "definition"));
    return join(lines, "\n");
}

ParsedPod parseOrThrow(const std::string& definition, bool strict) {
    ParsedPod parsed = parsePod(definition, strict);
    if (!parsed.ok())
        throw BadDefinition(std::move(parsed.problems));
    return parsed;
}

Error noSuchVersion(const std::string& id, const std::string& version) {
    return {Errc::noSuchVersion, cat("pod ", quoted(id), ": there is no version ", quoted(version), "; podctl history ",
                                     printable(id), " lists them")};
}

}  // namespace

BadDefinition::BadDefinition(std::vector<Problem> found)
    : Error(Errc::badDefinition, allErrors(found)), problems_(std::move(found)) {}

BadDefinition::BadDefinition(const std::string& context, std::vector<Problem> found)
    : Error(Errc::badDefinition, cat(context, ":\n", allErrors(found))), problems_(std::move(found)) {}

std::string Manager::checkDefinition(const std::string& definition, bool strict) const {
    return parseOrThrow(definition, strict).spec.id;
}

Applied Manager::apply(const std::string& definition, const ApplyOptions& options) {
    PodSpec spec = parseOrThrow(definition, options.strict).spec;
    refuseWhileDeleted(spec.id);
    refuseOtherVersion(spec.id, options);
    return accept(std::move(spec), std::nullopt, options);
}

Preview Manager::preview(const std::string& definition, const ApplyOptions& options) const {
    ParsedPod parsed = parseOrThrow(definition, options.strict);
    const std::string& id = parsed.spec.id;
    refuseWhileDeleted(id);
    refuseOtherVersion(id, options);
    const Pod* existing = findPod(id);
    if (existing == nullptr)
        refuseOverlap(id);
    Preview preview{.outcome = "created", .id = id, .version = "", .changes = {}, .problems = {}};
    std::string before;
    if (existing != nullptr) {
        preview.version = existing->stored.version;
        preview.outcome = existing->isSame(parsed.spec) ? "unchanged" : "changed";
        before = existing->stored.readable ? canonicalJson(existing->stored.spec) : "";
    }
    if (preview.outcome != "unchanged")
        preview.changes = diffDefinitions(before, canonicalJson(parsed.spec));
    // Of isolators only this podd knows what they can do.
    std::vector<Problem> obstacles = isolation_.obstacles(parsed.spec);
    preview.problems = std::move(parsed.problems);
    for (Problem& obstacle : obstacles) {
        const bool known = std::any_of(preview.problems.begin(), preview.problems.end(),
                                       [&](const Problem& each) { return each.pointer == obstacle.pointer; });
        obstacle.severity = Problem::Severity::note;
        if (!known)
            preview.problems.push_back(std::move(obstacle));
    }
    return preview;
}

std::vector<std::string> Manager::reachOf(const std::string& definition) const {
    return reachesBeyond(parsePod(definition).spec, config_.isolation.allowedHostPaths);
}

InstancePlan Manager::planOf(const std::string& definition, bool strict) {
    const PodSpec spec = parseOrThrow(definition, strict).spec;
    std::vector<Problem> obstacles = isolation_.obstacles(spec);
    if (!obstacles.empty())
        throw BadDefinition("this podd cannot launch it", std::move(obstacles));
    return isolation_.plan(
        viewOf(spec, {spec.id, store_.lastNumber(spec.id) + 1}, versionText(sd::realTimeUsec() / 1000), {}));
}

std::string Manager::rollbackTarget(const std::string& id, const std::string& version) const {
    const Pod* existing = findPod(id);
    if ((existing == nullptr || existing->orphan) && !store_.versions(id).empty())
        throw Error(Errc::noSuchPod, cat("pod ", quoted(id), ": it was deleted; podctl cat --version=VERSION ", id,
                                         " | podctl apply - brings it back"));
    const std::string target = pod(id).stored.version;
    std::string wanted = version;
    if (version.empty()) {
        const std::vector<std::string> known = store_.versions(id);
        const auto after = std::lower_bound(known.begin(), known.end(), target);
        if (after == known.begin())
            throw Error(Errc::noSuchVersion, cat("pod ", quoted(id), ": there is no version before ", target));
        wanted = *(after - 1);
    }
    return resolveVersion(id, wanted);
}

Applied Manager::rollback(const std::string& id, const std::string& version, const ApplyOptions& options) {
    const std::string wanted = rollbackTarget(id, version);
    refuseWhileDeleted(id);
    refuseOtherVersion(id, options);
    ParsedPod parsed = parsePod(definition(id, wanted), options.strict);
    if (!parsed.ok()) {
        const std::string context = cat("pod ", quoted(id), ": version ", wanted, " is refused by this podd");
        throw BadDefinition(context, std::move(parsed.problems));
    }
    return accept(std::move(parsed.spec), DeploymentType::rollback, options);
}

void Manager::purge(const std::string& id) {
    if (findPod(id) != nullptr)
        throw Error(Errc::notNow, cat("pod ", quoted(id), ": there is such a pod; podctl delete ", id, " first"));
    if (!store_.purge(id))
        throw Error(Errc::noSuchPod, cat("pod ", quoted(id), ": there is no history of such a pod"));
    log::info(cat("pod ", quoted(id), ": history purged"));
}

void Manager::refuseWhileDeleted(const std::string& id) const {
    const Pod* existing = findPod(id);
    if (existing != nullptr && (existing->stored.deleted || existing->orphan))
        throw Error(Errc::notNow, cat("pod ", quoted(id), ": is being deleted; apply it again when it is gone"));
}

void Manager::refuseOtherVersion(const std::string& id, const ApplyOptions& options) const {
    const Pod* existing = findPod(id);
    const std::string now = existing == nullptr ? "" : existing->stored.version;
    if (!options.ifVersion || *options.ifVersion == now)
        return;
    const std::string expected = options.ifVersion->empty() ? "there should be no such pod"
                                                            : "this change was made for version " + *options.ifVersion;
    const std::string found = now.empty() ? "there is none" : "its version is " + now;
    throw Error(Errc::versionConflict, cat("pod ", quoted(id), ": ", printable(expected), ", but ", found));
}

// A changed wish is on disk before anything else happens, and what fails on the way has changed nothing.
Applied Manager::accept(PodSpec spec, std::optional<DeploymentType> type, const ApplyOptions& options) {
    const std::string id = spec.id;
    Pod* existing = findPod(id);
    if (existing != nullptr && existing->isSame(spec))
        return {"unchanged", existing->stored.version, existing->deployment() ? existing->deployment()->id : 0};
    const bool created = existing == nullptr;
    if (created)
        refuseOverlap(id);
    else
        refuseLocked(*existing, options.force);
    if (!type)
        type = created ? DeploymentType::create : typeOfChange(existing->stored.spec, spec);
    StoredPod wish = created ? StoredPod{.forgivenUsec = sd::realTimeUsec()} : existing->stored;
    wish.id = id;
    wish.readable = true;
    wish.lost.clear();
    if (wish.up)
        wish.message.clear();
    wish.spec = std::move(spec);
    wish.version = store_.addVersion(wish.spec, sd::realTimeUsec() / 1000);
    if (created || (!wish.up && existing->instances.empty()))
        wish.deployed = wish.version;  // there is nothing of another version
    const std::optional<Deployment> before = std::exchange(wish.deployment, std::nullopt);
    if (wish.up) {
        wish.deployment = newDeployment(id, *type);
        wish.deployment->rollbackAfter = options.rollbackAfter;
    }
    try {
        store_.saveState(wish);
    } catch (const std::exception&) {
        store_.removeVersion(id, wish.version);
        throw;
    }
    PODD_CRASHPOINT("accept.saved");
    if (created) {
        existing = &addPod(std::move(wish));
        ports_.observer->podAdded(*existing);
    } else {
        existing->stored = std::move(wish);
        existing->unsaved = false;
        existing->backoff = {};
    }
    judgeVersions(*existing);
    if (!created)
        ports_.observer->podChanged(*existing);
    announce(*existing, before);
    Applied applied{created ? "created" : "changed", existing->stored.version,
                    existing->deployment() ? existing->deployment()->id : 0};
    PODD_CRASHPOINT("accept.announced");
    reconcilePod(*existing);
    PODD_CRASHPOINT("accept.reconciled");
    trimHistory(*existing);
    return applied;
}

void Manager::trimHistory(const Pod& pod) {
    std::set<std::string> used = {pod.stored.version, pod.stored.deployed};
    if (pod.deployment())
        used.insert(pod.deployment()->from);
    for (const auto& [number, instance] : pod.instances)
        used.insert(instance->version());
    store_.trim(pod.id(), used, config_.history);
}

void Manager::noteDeployed(Pod& pod) {
    if (pod.stored.deployed == pod.stored.version || !pod.isDeployed())
        return;
    pod.stored.deployed = pod.stored.version;
    saveSoon(pod);  // if it cannot be, the next podd finds it deployed as well
}

std::vector<std::string> Manager::knownVersions(const std::string& id) const {
    std::vector<std::string> known = store_.versions(id);
    const Pod* existing = findPod(id);
    if (known.empty() && (existing == nullptr || existing->orphan))
        throw Error(Errc::noSuchPod, cat("pod ", quoted(id), ": there is no such pod, and no history of one"));
    return known;
}

std::string Manager::resolveVersion(const std::string& id, const std::string& word) const {
    const std::vector<std::string> known = knownVersions(id);
    const Pod* existing = findPod(id);
    const bool gone = existing == nullptr || existing->orphan;
    std::string version = word;
    if (word.empty() || word == "deployed")
        version = gone ? known.back() : existing->deployedVersion();
    else if (word == "target")
        version = gone ? known.back() : existing->stored.version;
    const bool held = !gone && version == existing->stored.version;  // in memory, whatever became of the file
    if (!held && !std::binary_search(known.begin(), known.end(), version))
        throw noSuchVersion(id, version);
    return version;
}

std::string Manager::definition(const std::string& id, const std::string& word) const {
    const std::string version = resolveVersion(id, word);
    std::optional<std::string> text = store_.definition(id, version);
    const Pod* existing = findPod(id);
    if (!text && existing != nullptr && existing->stored.readable && version == existing->stored.version)
        return canonicalJson(existing->stored.spec);
    if (!text)
        throw Error(Errc::noSuchVersion, cat("pod ", quoted(id), ": version ", version, " is damaged"));
    return *std::move(text);
}

std::vector<Change> Manager::diff(const std::string& id, const std::string& from, const std::string& to) const {
    return diffDefinitions(definition(id, from), definition(id, to));
}

std::vector<VersionInfo> Manager::history(const std::string& id) const {
    const Pod* existing = findPod(id);
    const bool gone = existing == nullptr || existing->orphan;
    std::vector<VersionInfo> rows;
    for (const std::string& version : knownVersions(id)) {
        std::string state;
        if (!gone && version == existing->deployedVersion())
            state = "deployed";
        else if (!gone && version == existing->stored.version)
            state = "target";
        rows.push_back({version, state});
    }
    return rows;
}

std::vector<Termination> Manager::terminations(const std::string& id) const {
    if (findPod(id) == nullptr)
        (void)knownVersions(id);  // throws when there is no history either
    return terminations_.list(id);
}

}  // namespace podd
