// SPDX-License-Identifier: LGPL-2.1-or-later
// Where an endpoint of an instance is reached: what its definition says, with the ports that were granted to it. It is
// part of the plan of a launch, and of the record of the instance for as long as that lives.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace podd {

struct EndpointBinding {
    std::string container;
    std::string name;  // of the endpoint, unique in the pod
    bool tcp = false;
    bool udp = false;
    uint64_t hostPort = 0;       // 0 = none
    uint64_t containerPort = 0;  // 0 = on the host's network, where there is but one
    std::string network{};       // over which a port of the host leads to it; "" = over the first one of the instance

    template <typename V>
    void visit(V& v) {
        v(container), v(name), v(tcp), v(udp), v(hostPort), v(containerPort), v(network);
    }
    bool operator==(const EndpointBinding&) const = default;
    std::vector<std::string> protocols() const {
        std::vector<std::string> names;
        if (tcp)
            names.emplace_back("tcp");
        if (udp)
            names.emplace_back("udp");
        return names;
    }
};

}  // namespace podd
