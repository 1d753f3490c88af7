// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/store.h"

#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/tree.h"
#include "manager/store_files.h"
#include "model/envelope.h"
#include "model/names.h"
#include "model/pod_spec_json.h"
#include "model/version.h"

namespace podd {

namespace {

std::string stateText(const StoredPod& pod) {
    std::string text = cat("VERSION=", pod.version, "\nDEPLOYED=", pod.deployed, "\nLOST=", pod.lost,
                           "\nGOAL=", pod.up ? "up" : "down", "\nDELETED=", pod.deleted ? "yes" : "no",
                           "\nMESSAGE=", printable(pod.message), "\nRESTARTED=", pod.restartedBelow,
                           "\nFORGIVEN=", pod.forgivenUsec, "\n");
    if (const auto& deployment = pod.deployment; deployment && !pod.deleted)
        text += cat("DEPLOYMENT=", deployment->id, "\nTYPE=", kDeploymentTypes.name(deployment->type),
                    "\nFROM=", deployment->from, "\nSINCE=", deployment->sinceUsec,
                    "\nROLLBACK_AFTER=", deployment->rollbackAfter, "\nFAILURES=", deployment->failures, "\n");
    return text;
}

// The version that a name in versions/ is about, also that of a damaged one.
std::string versionOf(const std::string& name) {
    const std::string version =
        name.substr(0, name.find("Z.damaged") == std::string::npos ? std::string::npos : name.find(".damaged"));
    return parseVersion(version) ? version : "";
}

}  // namespace

Store::Store(std::string stateDirectory) : root_(std::move(stateDirectory)) {
    makeDirectories(root_, 0711, true);
    const std::string pods = root_ + "/pods";
    if (::access(pods.c_str(), F_OK) == 0 && !isDirectory(pods))
        setAside(pods, "it is no directory");
    makeDirectories(pods, 0700);
    syncDirectory(root_);
    const std::string path = root_ + "/deployments";
    const SealedFile file = readSealedFile(path, "number");
    if (const auto last = parseUnsigned(file.body); file.kind == SealedFile::Kind::whole && last)
        deployment_ = static_cast<uint32_t>(*last);
    else if (file.kind != SealedFile::Kind::absent)
        setAside(path, file.why.empty() ? "it holds no number" : file.why);
}

std::string Store::directoryOf(const std::string& id) const {
    return cat(root_, "/pods/", escapedId(id));
}

std::string Store::addVersion(const PodSpec& spec, uint64_t nowMilliseconds) {
    const std::string home = directoryOf(spec.id);
    const std::string directory = home + "/versions";
    makeDirectories(directory, 0700);
    std::string latest;
    for (const std::string& name : listDirectory(directory))
        latest = std::max(latest, versionOf(name));  // never again the name of a damaged one
    if (latest.empty()) {
        // Whoever made the directories, this podd or one that was killed: what is in them counts from now on.
        syncDirectory(home);
        syncDirectory(root_ + "/pods");
    }
    std::string version = nextVersion(nowMilliseconds, latest);
    PODD_FAILPOINT("store.version");
    writeFileAtomically(cat(directory, '/', version), sealed("version", canonicalJson(spec)), Durability::durable,
                        0600);
    PODD_CRASHPOINT("store.version.written");
    return version;
}

void Store::saveState(const StoredPod& pod) {
    PODD_FAILPOINT("store.state");
    makeDirectories(directoryOf(pod.id), 0700, true);
    writeFileAtomically(directoryOf(pod.id) + "/state", sealed("state", stateText(pod)), Durability::durable, 0600);
    PODD_CRASHPOINT("store.state.written");
}

void Store::removeVersion(const std::string& id, const std::string& version) {
    (void)::unlink(cat(directoryOf(id), "/versions/", version).c_str());
}

void Store::trim(const std::string& id, const std::set<std::string>& used, size_t limit) {
    const std::vector<std::string> known = versions(id);
    size_t left = known.size();
    for (const std::string& version : known) {
        if (left <= limit)
            break;
        if (used.count(version) > 0)
            continue;
        PODD_CRASHPOINT("store.trim");
        removeVersion(id, version);
        --left;
    }
}

bool Store::purge(const std::string& id) {
    const std::string directory = directoryOf(id);
    if (::access(directory.c_str(), F_OK) < 0)
        return false;
    // Renamed first: it is there as a whole, or not at all.
    const std::string doomed = root_ + "/pods/.purged";
    (void)removeTree(doomed);
    PODD_FAILPOINT("store.purge");
    renameDurably(directory, doomed);
    PODD_CRASHPOINT("store.purged");
    if (const std::string problem = removeTree(doomed); !problem.empty())
        log::warning(problem);
    return true;
}

std::vector<std::string> Store::versions(const std::string& id) const {
    std::vector<std::string> names = listDirectory(directoryOf(id) + "/versions");
    std::erase_if(names, [](const std::string& name) { return !parseVersion(name); });
    return names;
}

std::optional<std::string> Store::definition(const std::string& id, const std::string& version) const {
    if (!parseVersion(version))
        return std::nullopt;
    const std::string path = cat(directoryOf(id), "/versions/", version);
    SealedFile file = readSealedFile(path, "version");
    if (file.kind == SealedFile::Kind::whole)
        return std::move(file.body);
    if (file.kind == SealedFile::Kind::damaged)
        setAside(path, file.why);
    return std::nullopt;
}

uint32_t Store::nextDeployment() {
    deployment_ += 1;
    try {
        PODD_FAILPOINT("store.deployment");
        // Not fsynced: after a power cut nobody waits for a deployment that was not stored with its pod.
        writeFileAtomically(root_ + "/deployments", sealed("number", cat(deployment_)), Durability::volatileFile, 0600);
    } catch (const Error& problem) {
        log::error(cat("the id of the last deployment could not be saved: ", problem.what()));
    }
    return deployment_;
}

uint64_t& Store::number(const std::string& id) {
    const auto [known, isNew] = numbers_.try_emplace(id, 0);
    if (!isNew)
        return known->second;
    const std::string path = directoryOf(id) + "/number";
    const SealedFile file = readSealedFile(path, "number");
    const std::optional<uint64_t> value = parseUnsigned(file.body);
    if (file.kind == SealedFile::Kind::whole && value)
        known->second = *value;
    else if (file.kind != SealedFile::Kind::absent)
        setAside(path, file.why.empty() ? "it holds no number" : file.why);
    return known->second;
}

void Store::saveNumber(const std::string& id, uint64_t value) const {
    try {
        // Not fsynced: after a power cut no unit of an earlier instance is left that a repeated number could meet.
        PODD_FAILPOINT("store.number");
        makeDirectories(directoryOf(id), 0700);
        writeFileAtomically(directoryOf(id) + "/number", sealed("number", cat(value)), Durability::volatileFile, 0600);
    } catch (const Error& problem) {
        log::error(cat("pod ", quoted(id), ": the number of its last instance could not be saved: ", problem.what()));
    }
}

uint64_t Store::nextNumber(const std::string& id) {
    uint64_t& last = number(id);
    saveNumber(id, ++last);
    return last;
}

void Store::raiseNumber(const std::string& id, uint64_t atLeast) {
    uint64_t& last = number(id);
    if (last >= atLeast)
        return;
    last = atLeast;
    saveNumber(id, last);
}

}  // namespace podd
