// SPDX-License-Identifier: LGPL-2.1-or-later
// One table for each kind of object of the format, with a row for every field that Marathon has there; those of
// containers, checks, volumes, networks and scheduling are in files of their own (fields_json.h).
#include "model/pod_spec_json.h"

#include "base/strings.h"
#include "model/field_rules.h"
#include "model/fields_json.h"
#include "model/findings.h"
#include "model/ip_prefix.h"
#include "model/launchable.h"
#include "model/limits.h"
#include "model/names.h"
#include "model/validate.h"

namespace podd {

namespace {

constexpr Field<SecretRef> kSecretRef[] = {
    {"secret", kRequired, text<&SecretRef::secret, whyNotSecretName>},
};

struct SecretSource {
    std::string source;
};
constexpr Field<SecretSource> kSecretSource[] = {
    {"source", kRequired, text<&SecretSource::source, whyNotPath>},
};

void readSecrets(const Node& from, PodSpec& to) {
    for (const Node& secret : from.members(kMaxSecrets)) {
        if (const auto why = whyNotSecretName(secret.key()))
            secret.refuse(cat("the name ", *why));
        secret.checkKey();
        SecretSource source;
        readObject(secret, source, kSecretSource);
        to.secrets.emplace(secret.key(), source.source);
    }
}

struct Scaling {
    std::string kind;
    unsigned instances = 1;
};
constexpr Field<Scaling> kScaling[] = {
    {"kind", kRequired,
     [](const Node& from, Scaling& to) {
         to.kind = from.text();
         if (to.kind != "fixed" && from.isString())
             from.refuse(cat(shown(to.kind), " is not 'fixed', the only kind there is"), "did you mean 'fixed'?");
     }},
    {"instances", kOptional, integer<&Scaling::instances, 0, kMaxInstances>},
};

constexpr Range kExecutorCpus{kMinExecutorCpus, kMaxCpus};
constexpr Range kExecutorMem{kMinExecutorMem, kMaxMem};
constexpr Range kExecutorDisk{kMinExecutorDisk, kMaxDisk};
constexpr Field<ExecutorResources> kExecutorResources[] = {
    {"cpus", kOptional, number<&ExecutorResources::cpus, kExecutorCpus>},
    {"mem", kOptional, number<&ExecutorResources::mem, kExecutorMem>},
    {"disk", kOptional, number<&ExecutorResources::disk, kExecutorDisk>},
};

constexpr Field<IpcInfo> kIpcInfo[] = {
    {"mode", kRequired, choice<&IpcInfo::mode, kIpcModes>},
    {"shmSize", kOptional, integer<&IpcInfo::shmSize, 0, kMaxShm>},
};

template <std::vector<std::string> IpAddressAccess::*List>
void readPrefixes(const Node& from, PodSpec& to) {
    for (const Node& item : from.items(1, kMaxIpPrefixes))
        (to.ipAddresses.*List).push_back(item.text(whyNotIpPrefix));
}

constexpr Field<PodSpec> kPodLinuxInfo[] = {
    {"ipcInfo", kOptional, [](const Node& from, PodSpec& to) { readIpcInfo(from, to.ipc); }},
    {"ipAddressAllow", kOptional, readPrefixes<&IpAddressAccess::allow>},
    {"ipAddressDeny", kOptional, readPrefixes<&IpAddressAccess::deny>},
    {"seccomp", kOptional,
     [](const Node& from, PodSpec&) { from.refuse("belongs to containers: the executor's is not configurable"); }},
};

constexpr Field<PodSpec> kPod[] = {
    {"id", kRequired,
     [](const Node& from, PodSpec& to) {
         to.id = from.text(whyNotWrittenId);
         if (!from.refused())
             to.id = normalisedId(to.id);
     }},
    {"labels", kOptional, labels<&PodSpec::labels>},
    {"version", kOptional, [](const Node& from, PodSpec&) { (void)from.text(whyNotTimestamp); }},  // podd gives its own
    {"user", kOptional, text<&PodSpec::user, whyNotUser>},
    {"environment", kOptional, [](const Node& from, PodSpec& to) { readEnvironment(from, to.environment); }},
    {"containers", kRequired, readContainers},
    {"secrets", kOptional, readSecrets},
    {"volumes", kOptional, readVolumes},
    {"networks", kOptional, readNetworks},
    {"scaling", kOptional,
     [](const Node& from, PodSpec& to) {
         Scaling scaling;
         readObject(from, scaling, kScaling);
         to.instances = scaling.instances;
     }},
    {"scheduling", kOptional, readScheduling},
    {"executorResources", kOptional,
     [](const Node& from, PodSpec& to) { readObject(from, to.executorResources, kExecutorResources); }},
    {"role", kOptional, text<&PodSpec::role, whyNotRole>},
    {"linuxInfo", kOptional, [](const Node& from, PodSpec& to) { readObject(from, to, kPodLinuxInfo); }},
    {"legacySharedCgroups", kOptional, flag<&PodSpec::legacySharedCgroups>},
};

// What is meant where nothing is said.
void normalise(const Node& root, PodSpec& spec) {
    if (spec.networks.empty())
        spec.networks.push_back({.mode = NetworkMode::host});
    if (spec.isResident() && !root.givesAt("/scheduling/upgrade"))
        spec.scheduling.upgrade = {.minimumHealthCapacity = 0.5, .maximumOverCapacity = 0};
    if (spec.isResident() && !root.givesAt("/scheduling/unreachableStrategy"))
        spec.scheduling.unreachable.reset();
    if (spec.networkMode() == NetworkMode::container)
        return;
    for (ContainerSpec& container : spec.containers)
        for (Endpoint& endpoint : container.endpoints)
            if (!endpoint.hostPort)
                endpoint.hostPort = 0;
}

// A rule between fields says nothing new when it does not hold because a field it looks at was refused
// already.
bool isConsequence(std::string_view pointer, const Findings& findings) {
    const auto isIn = [&](std::string_view part) { return pointer.find(part) != std::string_view::npos; };
    const auto broken = [&](std::string_view place) { return findings.hasErrorBelow(place); };
    if (broken(pointer) || findings.hasErrorOnTheWayTo(pointer))
        return true;
    const std::string_view parent = pointer.substr(0, pointer.rfind('/'));
    const std::string_view container = pointer.substr(0, pointer.find('/', std::string_view("/containers/").size()));
    const bool isSecret = isIn("/environment/") || isIn("/pullConfig/") || pointer.ends_with("/secret");
    const bool isCheck = isIn("/healthCheck/") || isIn("/check/");
    const bool looksAtSiblings =
        isCheck || isIn("/placement/constraints/") || isIn("/persistent/") || pointer.ends_with("/ipAddressAllow");
    return (parent == "/volumes" && broken("/containers")) || (isIn("/volumeMounts/") && broken("/volumes")) ||
           (isSecret && broken("/secrets")) || (isIn("/endpoints/") && broken("/networks")) ||
           (isCheck && broken(cat(container, "/endpoints"))) || (looksAtSiblings && broken(parent)) ||
           (isIn("/acceptedResourceRoles") && broken("/role")) ||
           (isIn("/resourceLimits") && broken("/legacySharedCgroups"));
}

void readPod(const Node& root, PodSpec& spec, Findings& findings) {
    readObject(root, spec, kPod);
    normalise(root, spec);
    for (Problem& problem : validate(spec))
        if (!findings.full() && !isConsequence(problem.pointer, findings))
            root.report(std::move(problem));
    if (findings.hasErrorBelow(""))
        return;
    // What is kept is the canonical form, which has to pass this door again.
    if (const size_t size = canonicalJson(spec).size(); size > kMaxJsonSize)
        return root.refuse(cat("the definition is ", size, " bytes long in its canonical form, at most ", kMaxJsonSize,
                               " are allowed"));
    for (Problem& obstacle : launchObstacles(spec)) {
        obstacle.severity = Problem::Severity::note;
        root.report(std::move(obstacle));
    }
}

}  // namespace

void readMap(const Node& from, StringMap& to, size_t most) {
    for (const Node& member : from.members(most)) {
        member.checkKey();
        to.emplace(member.key(), member.text());
    }
}

void readEnvironment(const Node& from, Environment& to) {
    for (const Node& variable : from.members(kMaxEnvironment)) {
        if (const auto why = whyNotEnvironmentName(variable.key()))
            variable.refuse(*why);
        if (variable.isObject()) {
            SecretRef reference;
            readObject(variable, reference, kSecretRef);
            to.emplace(variable.key(), std::move(reference));
            continue;
        }
        std::string value = variable.text();
        if (const auto why = whyNotArgument(cat(variable.key(), '=', value)))
            variable.refuse(*why);
        to.emplace(variable.key(), std::move(value));
    }
}

void readIpcInfo(const Node& from, std::optional<IpcInfo>& to) {
    readObject(from, to.emplace(), kIpcInfo);
}

ParsedPod parsePod(std::string_view text, bool strict) {
    ParsedPod parsed;
    parsed.problems =
        readJson(text, strict, [&](const Node& root, Findings& findings) { readPod(root, parsed.spec, findings); });
    return parsed;
}

}  // namespace podd
