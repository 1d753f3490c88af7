// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/endpoints.h"

#include "base/error.h"
#include "base/strings.h"

namespace podd {

namespace {

bool isUdp(std::string_view protocol) {
    return protocol.size() == 3 && (protocol[0] | 0x20) == 'u' && (protocol[1] | 0x20) == 'd' &&
           (protocol[2] | 0x20) == 'p';
}

}  // namespace

// Marathon writes both as one text as well: "udp,tcp".
Transports transportsOf(const Endpoint& endpoint) {
    Transports transports;
    for (const std::string& protocols : endpoint.protocols)
        for (const std::string& protocol : split(protocols, ','))
            (isUdp(protocol) ? transports.udp : transports.tcp) = true;
    transports.tcp = transports.tcp || !transports.udp;
    return transports;
}

bool wantsGrant(const PodSpec& spec, const Endpoint& endpoint) {
    if (spec.networkMode() == NetworkMode::host)
        return endpoint.hostPort.value_or(0) == 0;
    return endpoint.hostPort && *endpoint.hostPort == 0;
}

std::vector<EndpointBinding> bindingsOf(const PodSpec& spec, const GrantedPorts& granted) {
    std::vector<EndpointBinding> bindings;
    for (const ContainerSpec& container : spec.containers)
        for (const Endpoint& endpoint : container.endpoints) {
            const Transports transports = transportsOf(endpoint);
            const auto grant = granted.find(endpoint.name);
            const uint64_t hostPort = grant != granted.end() ? grant->second : endpoint.hostPort.value_or(0);
            // On a bridge a port of its own may be left out: then it is that of the host (Marathon's containerPort 0).
            const uint64_t ownPort = spec.networkMode() == NetworkMode::bridge ? hostPort : 0;
            bindings.push_back({.container = container.name,
                                .name = endpoint.name,
                                .tcp = transports.tcp,
                                .udp = transports.udp,
                                .hostPort = hostPort,
                                .containerPort = endpoint.containerPort ? *endpoint.containerPort : ownPort,
                                .network = endpoint.networkNames.size() == 1 ? endpoint.networkNames[0] : ""});
        }
    return bindings;
}

uint64_t reachedAt(const EndpointBinding& binding) {
    return binding.containerPort != 0 ? binding.containerPort : binding.hostPort;
}

PortRange parsePortRange(const std::string& text) {
    const size_t dash = text.find('-');
    const auto first = parseUnsigned(text.substr(0, dash));
    const auto last = dash == std::string::npos ? first : parseUnsigned(text.substr(dash + 1));
    if (!first || !last || *first == 0 || *first > *last || *last > UINT16_MAX)
        throw Error(Errc::internal, cat(quoted(text), " is no range of ports: write FIRST-LAST, from 1 to 65535"));
    return {static_cast<uint16_t>(*first), static_cast<uint16_t>(*last)};
}

std::string portRangeText(const PortRange& range) {
    return cat(range.first, '-', range.last);
}

}  // namespace podd
