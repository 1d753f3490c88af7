// SPDX-License-Identifier: LGPL-2.1-or-later
// The store as an earlier podd left it, or whatever else happened to its files.
#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/tree.h"
#include "manager/store.h"
#include "manager/store_files.h"
#include "model/names.h"
#include "model/pod_spec_json.h"
#include "model/version.h"

namespace podd {

namespace {

bool isPartOfPod(const std::string& name) {
    return name == "state" || name == "versions" || name == "number" || name == "terminations";
}

bool isVersion(const std::string& name) {
    return parseVersion(name).has_value();
}

bool takeNumber(const std::string& value, auto& number) {
    const std::optional<uint64_t> read = parseUnsigned(value);
    number = static_cast<std::remove_reference_t<decltype(number)>>(read.value_or(0));
    return read && number == *read;
}

// The line DEPLOYMENT= comes before the others that are about it.
bool takeDeployment(std::optional<Deployment>& deployment, const std::string& key, const std::string& value) {
    if (key == "DEPLOYMENT")
        return takeNumber(value, deployment.emplace().id);
    if (!deployment)
        return false;
    if (key == "TYPE" && kDeploymentTypes.value(value))
        deployment->type = *kDeploymentTypes.value(value);
    else if (key == "FROM" && (value.empty() || isVersion(value)))
        deployment->from = value;
    else
        return (key == "SINCE" && takeNumber(value, deployment->sinceUsec)) ||
               (key == "ROLLBACK_AFTER" && takeNumber(value, deployment->rollbackAfter)) ||
               (key == "FAILURES" && takeNumber(value, deployment->failures));
    return true;
}

bool take(StoredPod& pod, const std::string& key, const std::string& value) {
    if (key == "VERSION" && isVersion(value))
        pod.version = value;
    else if (key == "DEPLOYED" && isVersion(value))
        pod.deployed = value;
    else if (key == "LOST" && (value.empty() || isVersion(value)))
        pod.lost = value;
    else if (key == "GOAL" && (value == "up" || value == "down"))
        pod.up = value == "up";
    else if (key == "DELETED" && (value == "yes" || value == "no"))
        pod.deleted = value == "yes";
    else if (key == "MESSAGE")
        pod.message = value;
    else if (key == "RESTARTED")
        return takeNumber(value, pod.restartedBelow);
    else if (key == "FORGIVEN")
        return takeNumber(value, pod.forgivenUsec);
    else
        return takeDeployment(pod.deployment, key, value);
    return true;
}

// Whole and undamaged is not enough: a state of another podd may say what this one does not understand.
bool parseState(const std::string& text, StoredPod& pod) {
    StoredPod read;
    for (const std::string& line : split(text, '\n')) {
        const size_t equals = line.find('=');
        if (!line.empty() &&
            (equals == std::string::npos || !take(read, line.substr(0, equals), line.substr(equals + 1))))
            return false;
    }
    if (read.version.empty() && !read.deleted)
        return false;
    if (read.deployed.empty())
        read.deployed = read.version;
    read.id = pod.id;
    if (read.deployment)
        read.deployment->pod = pod.id;
    pod = std::move(read);
    return true;
}

}  // namespace

std::vector<StoredPod> Store::load() {
    const std::string directory = root_ + "/pods";
    (void)removeTree(directory + "/.purged");
    PODD_CRASHPOINT("store.load");
    std::vector<StoredPod> pods;
    for (const std::string& name : listDirectory(directory)) {
        const std::string path = cat(directory, '/', name);
        if (name.starts_with('.') && name.find(".damaged") != std::string::npos)
            continue;
        const std::optional<std::string> id = unescapedId(name);
        if (!id || whyNotPodId(*id)) {
            log::warning(cat(quoted(path), " is not podd's: ignored"));
            continue;
        }
        if (!isDirectory(path)) {
            setAsideAs(path, cat(directory, "/.", name, ".damaged"), "it is no directory");
            continue;
        }
        try {
            std::optional<StoredPod> pod = loadPod(*id);
            if (pod && !pod->deleted)
                pods.push_back(*std::move(pod));
        } catch (const std::exception& problem) {
            log::error(cat("pod ", quoted(*id), ": ", problem.what()));
            StoredPod pod;
            pod.id = *id;
            pod.goalKnown = pod.readable = false;
            pod.message = problem.what();
            pods.push_back(std::move(pod));
        }
    }
    return pods;
}

std::optional<StoredPod> Store::loadPod(const std::string& id) const {
    const std::string directory = directoryOf(id);
    sweepDirectory(directory, isPartOfPod);
    if (::access((directory + "/versions").c_str(), F_OK) == 0 && !isDirectory(directory + "/versions"))
        setAside(directory + "/versions", "it is no directory");
    sweepDirectory(directory + "/versions", isVersion);
    StoredPod pod;
    pod.id = id;
    if (!readState(pod))
        return std::nullopt;
    if (pod.goalKnown)
        removeUnaccepted(pod);
    if (!pod.deleted)
        findDefinition(pod);
    return pod;
}

// False when there is no pod.
bool Store::readState(StoredPod& pod) const {
    const std::string directory = directoryOf(pod.id);
    const std::string path = directory + "/state";
    const SealedFile file = readSealedFile(path, "state");
    if (file.kind == SealedFile::Kind::whole && parseState(file.body, pod))
        return true;
    pod.goalKnown = false;
    pod.repaired = true;
    if (file.kind != SealedFile::Kind::absent) {
        const std::string why = file.why.empty() ? "it says what this podd does not understand" : file.why;
        pod.message = cat("its state file is damaged (", setAside(path, why), ')');
        return true;
    }
    const std::vector<std::string> names = listDirectory(directory);
    const bool wasThere = std::any_of(names.begin(), names.end(), [](const std::string& name) {
        return name == "number" || name.starts_with("state.damaged");
    });
    if (versions(pod.id).empty())
        return false;
    if (!wasThere) {
        log::info(cat("pod ", quoted(pod.id), ": its creation was never finished: forgotten"));
        if (const std::string problem = removeTree(directory); !problem.empty())
            log::warning(problem);
        return false;
    }
    pod.message = "its state file is missing";
    log::error(cat("pod ", quoted(pod.id), ": ", pod.message));
    return true;
}

// Versions that no state has ever named: podd was killed before it could accept them.
void Store::removeUnaccepted(const StoredPod& pod) const {
    for (const std::string& version : versions(pod.id)) {
        if (version <= pod.version)
            continue;
        log::info(cat("pod ", quoted(pod.id), ": version ", version, " was never accepted: removed"));
        (void)::unlink(cat(directoryOf(pod.id), "/versions/", version).c_str());
    }
}

// The definition that is wished for, else the newest one that is whole.
void Store::findDefinition(StoredPod& pod) const {
    std::vector<std::string> known = versions(pod.id);
    if (pod.goalKnown && std::find(known.begin(), known.end(), pod.version) == known.end())
        known.push_back(pod.version);
    const std::string wished = pod.goalKnown ? pod.version : "";
    for (auto version = known.rbegin(); version != known.rend(); ++version) {
        const std::optional<std::string> text = definition(pod.id, *version);
        const ParsedPod parsed = parsePod(text.value_or(""));
        if (!text || (parsed.ok() && parsed.spec.id != pod.id)) {
            if (text)
                setAside(cat(directoryOf(pod.id), "/versions/", *version),
                         cat("it is of pod ", quoted(parsed.spec.id)));
            else if (*version == wished)
                log::error(cat("pod ", quoted(pod.id), ": there is no intact version ", wished));
            continue;
        }
        pod.version = *version;
        pod.spec = parsed.spec;
        if (!parsed.ok()) {
            pod.readable = false;
            pod.message = cat("version ", *version, " is refused by this podd: ", describe(parsed.problems.front(), ""),
                              "; podctl apply another definition");
            log::error(cat("pod ", quoted(pod.id), ": ", pod.message));
        }
        break;
    }
    if (pod.spec.id.empty() && pod.readable) {
        pod.readable = false;
        pod.message += cat(pod.message.empty() ? "" : "; ", "no version of its definition is intact; podctl apply one");
        log::error(cat("pod ", quoted(pod.id), ": no version of its definition is intact"));
    } else if (!wished.empty() && pod.version != wished) {
        pod.lost = wished;
        pod.repaired = true;
        pod.message =
            cat("version ", wished, " was damaged, this is the newest intact one; podctl apply the right one");
    }
    if (pod.deployed != pod.version && (pod.deployed.empty() || !definition(pod.id, pod.deployed))) {
        pod.deployed = pod.version;
        pod.repaired = true;
    }
}

}  // namespace podd
