// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <map>

#include "base/strings.h"
#include "model/limits.h"
#include "model/names.h"
#include "model/validate_parts.h"

namespace podd {

namespace {

void checkMode(const NetworkSpec& network, const std::string& at, Problems& problems) {
    if (network.mode != NetworkMode::container && !network.name.empty())
        refuse(problems, at + "/name", cat("networks of mode ", kNetworkModes.name(network.mode), " have no name"));
    if (network.mode == NetworkMode::host && !network.labels.empty())
        refuse(problems, at + "/labels", "the host's network has no labels");
}

// One network of the host, or one bridge, or any number of container networks with names that differ.
void checkMix(const std::vector<NetworkSpec>& networks, Problems& problems) {
    std::map<std::string, size_t> seen;
    for (size_t i = 0; i < networks.size(); ++i) {
        const std::string at = cat("/networks/", i);
        checkMode(networks[i], at, problems);
        if (networks[i].mode != networks[0].mode || (i > 0 && networks[i].mode != NetworkMode::container)) {
            refuse(problems, at, "only one host network, or one bridge, or container networks are possible");
            continue;
        }
        if (networks.size() > 1 && networks[i].name == kNoNetwork) {
            refuse(problems, at + "/name", cat(quoted(kNoNetwork), " goes with no other network"));
            continue;
        }
        const auto [first, isNew] = seen.try_emplace(networks[i].name, i);
        if (!isNew && networks[i].name.empty())
            refuse(problems, at, "only one container network can be without a name");
        else if (!isNew)
            refuse(problems, at + "/name",
                   cat(quoted(networks[i].name), " is also the name of /networks/", first->second));
    }
}

// What has been taken by the endpoints so far, with the pointer of the first one.
struct Taken {
    std::map<std::string, std::string, std::less<>> names;
    std::map<uint16_t, std::string> containerPorts;
    std::map<uint16_t, std::string> hostPorts;
};

template <typename Map, typename Key>
void checkTaken(Map& taken, const Key& key, const std::string& shownKey, const std::string& pointer,
                Problems& problems) {
    const auto [first, isNew] = taken.try_emplace(key, pointer);
    if (!isNew)
        refuse(problems, pointer, cat(shownKey, " is already taken by ", first->second));
}

void checkPorts(const PodSpec& spec, const Endpoint& endpoint, const std::string& at, Problems& problems) {
    const NetworkMode mode = spec.networkMode();
    if (mode == NetworkMode::host && endpoint.containerPort)
        refuse(problems, at + "/containerPort", "is not possible on the host's network", "use hostPort");
    if (mode == NetworkMode::container && !endpoint.containerPort)
        refuse(problems, at + "/containerPort", "is required on container networks");
    if (spec.hasNoNetwork() && endpoint.hostPort)
        refuse(problems, at + "/hostPort",
               cat("is not possible on the network ", quoted(kNoNetwork), ": it leads nowhere"));
    if (mode == NetworkMode::container && spec.networks.size() > 1 && endpoint.hostPort &&
        endpoint.networkNames.size() != 1)
        refuse(problems, at + "/networkNames",
               "must name exactly one of the pod's container networks, since a hostPort is given");
}

void checkEndpoint(const PodSpec& spec, const Endpoint& endpoint, const std::string& at, Problems& problems) {
    checkPorts(spec, endpoint, at, problems);
    for (size_t i = 1; i < endpoint.protocols.size(); ++i)
        if (std::find(endpoint.protocols.begin(), endpoint.protocols.begin() + static_cast<ptrdiff_t>(i),
                      endpoint.protocols[i]) != endpoint.protocols.begin() + static_cast<ptrdiff_t>(i))
            refuse(problems, cat(at, "/protocol/", i), cat(quoted(endpoint.protocols[i]), " stands there twice"));
    std::vector<std::string> names;
    for (const NetworkSpec& network : spec.networks)
        if (!network.name.empty())
            names.push_back(network.name);
    for (size_t i = 0; i < endpoint.networkNames.size(); ++i)
        if (std::find(names.begin(), names.end(), endpoint.networkNames[i]) == names.end())
            refuseReference(problems, cat(at, "/networkNames/", i), endpoint.networkNames[i], "a network of this pod",
                            names);
}

}  // namespace

// Whoever allows a few addresses means that others are not.
void checkIpAddresses(const IpAddressAccess& access, Problems& problems) {
    if (!access.allow.empty() && access.deny.empty())
        refuse(problems, "/linuxInfo/ipAddressAllow", "restricts nothing without ipAddressDeny",
               "give \"ipAddressDeny\": [\"any\"] beside it");
}

void checkNetworks(const PodSpec& spec, Problems& problems) {
    checkMix(spec.networks, problems);
    Taken taken;
    size_t count = 0;
    for (size_t i = 0; i < spec.containers.size(); ++i) {
        count += spec.containers[i].endpoints.size();
        for (size_t j = 0; j < spec.containers[i].endpoints.size() && count <= kMaxEndpoints; ++j) {
            const Endpoint& endpoint = spec.containers[i].endpoints[j];
            const std::string at = cat("/containers/", i, "/endpoints/", j);
            checkTaken(taken.names, endpoint.name, quoted(endpoint.name), at + "/name", problems);
            if (endpoint.containerPort)
                checkTaken(taken.containerPorts, *endpoint.containerPort, cat("port ", *endpoint.containerPort),
                           at + "/containerPort", problems);
            if (endpoint.hostPort.value_or(0) != 0)
                checkTaken(taken.hostPorts, *endpoint.hostPort, cat("port ", *endpoint.hostPort), at + "/hostPort",
                           problems);
            checkEndpoint(spec, endpoint, at, problems);
        }
    }
    if (count > kMaxEndpoints)
        refuse(problems, "/containers", cat("have ", count, " endpoints, at most ", kMaxEndpoints, " are allowed"));
}

}  // namespace podd
