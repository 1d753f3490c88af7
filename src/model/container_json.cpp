// SPDX-License-Identifier: LGPL-2.1-or-later
// Containers and what is theirs.
#include "base/strings.h"
#include "model/field_rules.h"
#include "model/fields_json.h"
#include "model/json_text.h"
#include "model/names.h"

namespace podd {

namespace {

constexpr Range kCpus{kMinCpus, kMaxCpus};
constexpr Range kMem{kMinMem, kMaxMem};
constexpr Range kDisk{0, kMaxDisk};
constexpr Field<Resources> kResources[] = {
    {"cpus", kOptional, number<&Resources::cpus, kCpus>},
    {"mem", kOptional, number<&Resources::mem, kMem>},
    {"disk", kOptional, number<&Resources::disk, kDisk>},
    {"gpus", kOptional, integer<&Resources::gpus, 0, kMaxGpus>},
};

// A number, or the word that stands for none.
template <std::optional<double> ResourceLimits::*member, const Range& range>
void limit(const Node& from, ResourceLimits& to) {
    if (from.isNumber()) {
        to.*member = from.number(range.least, range.most);
    } else if (from.isString()) {
        to.*member = kUnlimited;
        if (from.text() != "unlimited")
            from.refuse(cat(shown(from.text()), " is neither a number nor 'unlimited'"), "did you mean 'unlimited'?");
    } else {
        from.refuseType("a number or 'unlimited'");
    }
}
constexpr Field<ResourceLimits> kLimits[] = {
    {"cpus", kOptional, limit<&ResourceLimits::cpus, kCpus>},
    {"mem", kOptional, limit<&ResourceLimits::mem, kMem>},
};

constexpr Field<Command> kCommand[] = {
    {"shell", kOptional, text<&Command::shell, whyNotExecutable>},
    {"argv", kOptional,
     [](const Node& from, Command& to) {
         for (const Node& item : from.items(1, kMaxArguments))
             to.argv.push_back(item.text(to.argv.empty() ? whyNotExecutable : whyNotArgument));
     }},
};

constexpr Field<Command> kExec[] = {
    {"command", kRequired, readCommand},
    {"overrideEntrypoint", kOptional, flag<&Command::overrideEntrypoint>},
};

constexpr Field<Endpoint> kEndpoint[] = {
    {"name", kRequired, text<&Endpoint::name, whyNotName>},
    {"containerPort", kOptional, integer<&Endpoint::containerPort, 1, 65535>},
    {"hostPort", kOptional, integer<&Endpoint::hostPort, 0, 65535>},
    {"protocol", kOptional,
     [](const Node& from, Endpoint& to) {
         for (const Node& item : from.items(1, kMaxProtocols))
             to.protocols.push_back(item.text(whyNotProtocol));
     }},
    {"labels", kOptional, labels<&Endpoint::labels>},
    {"networkNames", kOptional,
     [](const Node& from, Endpoint& to) {
         for (const Node& item : from.items(0, kMaxNetworks))
             to.networkNames.push_back(item.text(whyNotNetworkName));
     }},
};

constexpr Field<Image> kPullConfig[] = {
    {"secret", kRequired, text<&Image::pullSecret, whyNotSecretName>},
};
constexpr Field<Image> kImage[] = {
    {"kind", kRequired, choice<&Image::kind, kImageKinds>},
    {"id", kRequired, text<&Image::id, whyNotPath>},
    {"pullConfig", kOptional, [](const Node& from, Image& to) { readObject(from, to, kPullConfig); }},
    {"forcePull", kOptional, flag<&Image::forcePull>},
    {"labels", kOptional, labels<&Image::labels>},
};

constexpr Field<VolumeMount> kVolumeMount[] = {
    {"name", kRequired, text<&VolumeMount::volume, whyNotName>},
    {"mountPath", kRequired,
     [](const Node& from, VolumeMount& to) {
         to.mountPath = tidyPath(from.text(whyNotMountPath));
         if (from.refused())
             to.mountPath.clear();  // or it would cover others
     }},
    {"readOnly", kOptional, flag<&VolumeMount::readOnly>},
};

constexpr Field<Artifact> kArtifact[] = {
    {"uri", kRequired, text<&Artifact::uri, whyNotPath>},
    {"extract", kOptional, flag<&Artifact::extract>},
    {"executable", kOptional, flag<&Artifact::executable>},
    {"cache", kOptional, flag<&Artifact::cache>},
    {"destPath", kOptional, text<&Artifact::destPath, whyNotSandboxPath>},
};

constexpr Range kKillGrace{0, kMaxKillGrace};
constexpr Field<ContainerSpec> kLifecycle[] = {
    {"killGracePeriodSeconds", kOptional, number<&ContainerSpec::killGraceSeconds, kKillGrace>},
};

constexpr Field<Seccomp> kSeccomp[] = {
    {"profileName", kOptional, text<&Seccomp::profileName, whyNotPath>},
    {"unconfined", kOptional, flag<&Seccomp::unconfined>},
};
constexpr Field<ContainerSpec> kLinuxInfo[] = {
    {"seccomp", kOptional,
     [](const Node& from, ContainerSpec& to) { readObject(from, to.seccomp.emplace(), kSeccomp); }},
    {"ipcInfo", kOptional, [](const Node& from, ContainerSpec& to) { readIpcInfo(from, to.ipc); }},
};

constexpr Field<ContainerSpec> kContainer[] = {
    {"name", kRequired, text<&ContainerSpec::name, whyNotName>},
    {"exec", kOptional, [](const Node& from, ContainerSpec& to) { readObject(from, to.command, kExec); }},
    {"resources", kRequired, [](const Node& from, ContainerSpec& to) { readObject(from, to.resources, kResources); }},
    {"resourceLimits", kOptional, [](const Node& from, ContainerSpec& to) { readObject(from, to.limits, kLimits); }},
    {"endpoints", kOptional,
     [](const Node& from, ContainerSpec& to) { readList(from, to.endpoints, kMaxEndpoints, kEndpoint); }},
    {"image", kOptional, [](const Node& from, ContainerSpec& to) { readObject(from, to.image.emplace(), kImage); }},
    {"environment", kOptional, [](const Node& from, ContainerSpec& to) { readEnvironment(from, to.environment); }},
    {"user", kOptional, text<&ContainerSpec::user, whyNotUser>},
    {"healthCheck", kOptional,
     [](const Node& from, ContainerSpec& to) { readHealthCheck(from, to.healthCheck.emplace()); }},
    {"check", kOptional, [](const Node& from, ContainerSpec& to) { readCheck(from, to.check.emplace()); }},
    {"volumeMounts", kOptional,
     [](const Node& from, ContainerSpec& to) { readList(from, to.mounts, kMaxMounts, kVolumeMount); }},
    {"artifacts", kOptional,
     [](const Node& from, ContainerSpec& to) { readList(from, to.artifacts, kMaxArtifacts, kArtifact); }},
    {"labels", kOptional, labels<&ContainerSpec::labels>},
    {"lifecycle", kOptional, [](const Node& from, ContainerSpec& to) { readObject(from, to, kLifecycle); }},
    {"tty", kOptional, flag<&ContainerSpec::tty>},
    {"linuxInfo", kOptional, [](const Node& from, ContainerSpec& to) { readObject(from, to, kLinuxInfo); }},
};

}  // namespace

void readCommand(const Node& from, Command& to) {
    readObject(from, to, kCommand);
    if (!from.isObject())
        return;
    if (from.gives("shell") && from.gives("argv"))
        from.refuse("has both shell and argv, of which only one can be run");
    if (!from.gives("shell") && !from.gives("argv") && !from.refused())
        from.refuse("needs shell or argv");
}

void readContainers(const Node& from, PodSpec& to) {
    for (const Node& node : from.items(1, kMaxContainers))
        readObject(node, to.containers.emplace_back(), kContainer);
}

}  // namespace podd
