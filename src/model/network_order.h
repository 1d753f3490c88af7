// SPDX-License-Identifier: LGPL-2.1-or-later
// Networks of an instance, and what an executor asks of podd-network over its SOCK_SEQPACKET socket, encoded by
// base/wire.h: to put the network namespace whose descriptor comes along onto them. One order, one answer, one connection.
// What is attached stays so until the executor that has asked for it ends.
#pragma once

#include <string>
#include <vector>

#include "model/endpoint_binding.h"

namespace podd {

// What the links of instances on podd's bridge are called on the host, before a number.
constexpr const char* kBridgeLinkPrefix = "podd-";

// One network that an instance is on.
struct NetworkAttachment {
    std::string network;                 // its name in definitions: "podd"
    std::string interface;               // in the namespace: "eth0"
    std::string link;                    // its other end, on podd's bridge: "podd-17"; "" = the network is one of CNI
    std::vector<std::string> addresses;  // "10.213.0.17/16"; of CNI: known once it is attached
    std::vector<std::string> gateways;  // "10.213.0.1", one for each family; on podd's bridge also the host's addresses
    bool isDefault = false;             // its gateways are the way to everywhere else

    template <typename V>
    void visit(V& v) {
        v(network), v(interface), v(link), v(addresses), v(gateways), v(isDefault);
    }
    bool operator==(const NetworkAttachment&) const = default;
    bool onBridge() const { return !link.empty(); }
};

struct NetworkOrder {
    std::string instance;  // InstanceId::escaped()
    std::string pod;       // its id
    std::vector<NetworkAttachment> attachments;
    std::vector<EndpointBinding> endpoints;  // those with both ports lead from the host to the pod

    template <typename V>
    void visit(V& v) {
        v(instance), v(pod), v(attachments), v(endpoints);
    }
    bool operator==(const NetworkOrder&) const = default;
};

struct NetworkAnswer {
    std::string
        problem;  // "network 'podd': address '10.213.0.17/16': ..."; then nothing of it is there; "" = it is done
    std::vector<NetworkAttachment> attachments;  // as they are now
    std::vector<std::string> nameservers;        // that networks of CNI bring along
    std::vector<std::string> searches;

    template <typename V>
    void visit(V& v) {
        v(problem), v(attachments), v(nameservers), v(searches);
    }
    bool operator==(const NetworkAnswer&) const = default;
};

}  // namespace podd
