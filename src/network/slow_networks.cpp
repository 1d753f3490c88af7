// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/slow_networks.h"

#include <unistd.h>

#include "base/error.h"
#include "base/strings.h"
#include "network/cni.h"

namespace podd {

namespace {

// For plugins, which are other programs: of this process, whose end they do not outlive.
std::string pathOf(int netns) {
    return netns < 0 ? "" : cat("/proc/", ::getpid(), "/fd/", netns);
}

std::vector<CniPort> portsOver(const NetworkAttachment& attachment, const NetworkOrder& order) {
    std::vector<CniPort> ports;
    for (const EndpointBinding& endpoint : order.endpoints) {
        if (endpoint.hostPort == 0 || endpoint.containerPort == 0 || wayTo(endpoint, order) != &attachment)
            continue;
        for (const bool udp : {false, true})
            if (udp ? endpoint.udp : endpoint.tcp)
                ports.push_back(
                    {udp, static_cast<uint16_t>(endpoint.hostPort), static_cast<uint16_t>(endpoint.containerPort)});
    }
    return ports;
}

NetworkAnswer add(const Cni& cni, const NetworkOrder& order, int netns) {
    NetworkAnswer answer{.attachments = order.attachments};
    try {
        for (size_t i = 0; i < order.attachments.size(); ++i) {
            const NetworkAttachment& wanted = order.attachments[i];
            if (wanted.onBridge())
                continue;
            const CniResult result = cni.add({.instance = order.instance,
                                              .network = wanted.network,
                                              .interface = wanted.interface,
                                              .ports = portsOver(wanted, order),
                                              .pod = order.pod},
                                             pathOf(netns));
            answer.attachments[i].addresses = result.addresses;
            answer.attachments[i].gateways = result.gateways;
            answer.nameservers.insert(answer.nameservers.end(), result.nameservers.begin(), result.nameservers.end());
            answer.searches.insert(answer.searches.end(), result.searches.begin(), result.searches.end());
        }
    } catch (const Error& error) {
        try {
            cni.remove(order.instance, pathOf(netns));
        } catch (const Error& second) {
            throw Error(error.code(), cat(error.what(), "; taking it back: ", second.what()));
        }
        throw;
    }
    return answer;
}

}  // namespace

SlowNetworks slowNetworks() {
    const Cni cni({});
    return {.add = [cni](const NetworkOrder& order, int netns) { return add(cni, order, netns); },
            .check = [cni](const NetworkOrder& order, int netns) { cni.check(order.instance, pathOf(netns)); },
            .remove = [cni](const NetworkOrder& order, int netns) { cni.remove(order.instance, pathOf(netns)); }};
}

}  // namespace podd
