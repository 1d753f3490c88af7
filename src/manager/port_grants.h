// SPDX-License-Identifier: LGPL-2.1-or-later
// Ports of the host that instances of pods have: those that their definitions name, and those that they are granted
// from a range. Each is an instance's alone, for as long as that lives; who outside of pods has a port is found out by the
// executor (executor/port_check.h), which sees the host's network.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/endpoints.h"
#include "manager/leases.h"
#include "model/names.h"

namespace podd {

class PortGrants {
public:
    PortGrants(const std::string& runDirectory, PortRange range);

    // For all endpoints of an instance that is to be launched. Throws Error (unavailable) when another instance has a port
    // or none is left: "endpoint 'http': port 8080/tcp is held by instance '/other.3'"; then it has none.
    GrantedPorts grant(const PodSpec& spec, const InstanceId& id);

    // Of an instance that an earlier podd has launched.
    void keep(const InstanceId& id, const std::vector<EndpointBinding>& endpoints);

    void release(const InstanceId& id);

    // Releases what instances have that are no more.
    void sweep(const std::function<bool(const InstanceId&)>& isKnown);

private:
    bool take(uint16_t port, Transports transports, const std::string& owner);
    std::string holder(uint16_t port, Transports transports, const std::string& owner) const;
    uint16_t findFree(const std::string& endpoint, Transports transports, const std::string& owner);

    Leases leases_;
    PortRange range_;
    uint16_t next_;  // to be tried first, so that a port rests before it is somebody else's
};

}  // namespace podd
