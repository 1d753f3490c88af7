// SPDX-License-Identifier: LGPL-2.1-or-later
// Ports of endpoints: which of them a definition names, which are granted at the launch, and what follows for an instance.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/endpoint_binding.h"
#include "model/pod_spec.h"

namespace podd {

// Ports of the host that an instance was granted, by the name of the endpoint.
using GrantedPorts = std::map<std::string, uint16_t>;

// By its protocols, which may be any text: "udp" is UDP, all others ("tcp", "http", none at all) are TCP.
struct Transports {
    bool tcp = false;
    bool udp = false;
};
Transports transportsOf(const Endpoint& endpoint);

// Whether an endpoint is to get a port of the host that its definition leaves open.
bool wantsGrant(const PodSpec& spec, const Endpoint& endpoint);

// In the order of the definition. A port that is to be granted and was not is 0.
std::vector<EndpointBinding> bindingsOf(const PodSpec& spec, const GrantedPorts& granted);

// Where it is reached from within its own instance: a port of the network that its containers share; 0 = nowhere.
uint64_t reachedAt(const EndpointBinding& binding);

// Of "31000-32000": ports of the host that are granted to endpoints.
struct PortRange {
    uint16_t first = 31000;  // Mesos' default for its agents' resource `ports`
    uint16_t last = 32000;
    bool operator==(const PortRange&) const = default;
};

// Throws Error for what is no range of 1 to 65535.
PortRange parsePortRange(const std::string& text);
std::string portRangeText(const PortRange& range);

}  // namespace podd
