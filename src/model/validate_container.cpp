// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <variant>

#include "base/strings.h"
#include "model/json_text.h"
#include "model/validate_parts.h"

namespace podd {

namespace {

void checkLimit(const std::optional<double>& limit, double request, const std::string& at, Problems& problems) {
    if (limit && *limit < request)
        refuse(problems, at,
               cat("must be at least what is asked for, ", jsonNumber(request), ", not ", jsonNumber(*limit)));
}

void checkLimits(const PodSpec& spec, const ContainerSpec& container, const std::string& at, Problems& problems) {
    checkLimit(container.limits.cpus, container.resources.cpus, at + "/resourceLimits/cpus", problems);
    checkLimit(container.limits.mem, container.resources.mem, at + "/resourceLimits/mem", problems);
    if (spec.legacySharedCgroups && container.limits != ResourceLimits{})
        refuse(problems, at + "/resourceLimits", "is not possible together with legacySharedCgroups");
}

const std::string* endpointOf(const Check& check) {
    if (const auto* http = std::get_if<HttpProbe>(&check.probe))
        return &http->endpoint;
    if (const auto* tcp = std::get_if<TcpProbe>(&check.probe))
        return &tcp->endpoint;
    return nullptr;
}

void checkCheck(const ContainerSpec& container, const Check& check, const std::string& at, Problems& problems) {
    if (check.timeoutSeconds >= check.intervalSeconds)
        refuse(problems, at + "/timeoutSeconds",
               cat("must be less than intervalSeconds, ", check.intervalSeconds, ", not ", check.timeoutSeconds));
    const std::string* endpoint = endpointOf(check);
    if (endpoint == nullptr)
        return;
    std::vector<std::string> names;
    for (const Endpoint& each : container.endpoints)
        names.push_back(each.name);
    if (std::find(names.begin(), names.end(), *endpoint) == names.end())
        refuseReference(problems,
                        cat(at, std::holds_alternative<HttpProbe>(check.probe) ? "/http" : "/tcp", "/endpoint"),
                        *endpoint, "an endpoint of this container", names);
}

void checkSeccomp(const Seccomp& seccomp, const std::string& at, Problems& problems) {
    if (seccomp.unconfined && !seccomp.profileName.empty())
        refuse(problems, at + "/unconfined", "must not be true together with a profileName");
    if (!seccomp.unconfined && seccomp.profileName.empty())
        refuse(problems, at, "needs a profileName, or unconfined true");
}

class SecretReferences {
public:
    SecretReferences(const PodSpec& spec, Problems& problems) : spec_(spec), problems_(problems) {
        for (const auto& [name, source] : spec.secrets)
            names_.push_back(name);
    }

    void check(const std::string& name, std::string pointer) {
        if (!spec_.secrets.contains(name))
            refuseReference(problems_, std::move(pointer), name, "a secret of this pod", names_);
    }
    void check(const Environment& environment, const std::string& at) {
        for (const auto& [name, value] : environment)
            if (const auto* reference = std::get_if<SecretRef>(&value))
                check(reference->secret, pointerTo(at + "/environment", name) + "/secret");
    }

private:
    const PodSpec& spec_;
    Problems& problems_;
    std::vector<std::string> names_;
};

}  // namespace

void checkIpc(const std::optional<IpcInfo>& ipc, std::string_view at, Problems& problems) {
    if (ipc && ipc->mode == IpcMode::shareParent && ipc->shmSize)
        refuse(problems, cat(at, "/linuxInfo/ipcInfo/shmSize"), "is not possible in mode SHARE_PARENT");
}

void checkSecrets(const PodSpec& spec, Problems& problems) {
    SecretReferences references(spec, problems);
    references.check(spec.environment, "");
    for (size_t i = 0; i < spec.containers.size(); ++i) {
        const ContainerSpec& container = spec.containers[i];
        const std::string at = cat("/containers/", i);
        references.check(container.environment, at);
        if (container.image && !container.image->pullSecret.empty())
            references.check(container.image->pullSecret, at + "/image/pullConfig/secret");
    }
    for (size_t i = 0; i < spec.volumes.size(); ++i)
        if (const auto* volume = spec.volumes[i].as<SecretVolume>())
            references.check(volume->secret, cat("/volumes/", i, "/secret"));
}

void checkContainer(const PodSpec& spec, size_t index, Problems& problems) {
    const ContainerSpec& container = spec.containers[index];
    const std::string at = cat("/containers/", index);
    checkLimits(spec, container, at, problems);
    if (container.healthCheck)
        checkCheck(container, container.healthCheck->check, at + "/healthCheck", problems);
    if (container.check)
        checkCheck(container, *container.check, at + "/check", problems);
    if (container.seccomp)
        checkSeccomp(*container.seccomp, at + "/linuxInfo/seccomp", problems);
    checkIpc(container.ipc, at, problems);
}

}  // namespace podd
