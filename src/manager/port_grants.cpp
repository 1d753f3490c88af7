// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/port_grants.h"

#include <optional>

#include "base/error.h"
#include "base/log.h"
#include "base/strings.h"

namespace podd {

namespace {

// The things that are leased: "tcp-8080".
std::vector<std::string> things(uint16_t port, Transports transports) {
    std::vector<std::string> names;
    if (transports.tcp)
        names.push_back(cat("tcp-", port));
    if (transports.udp)
        names.push_back(cat("udp-", port));
    return names;
}

}  // namespace

PortGrants::PortGrants(const std::string& runDirectory, PortRange range)
    : leases_(cat(runDirectory, "/leases")), range_(range), next_(range.first) {}

bool PortGrants::take(uint16_t port, Transports transports, const std::string& owner) {
    for (const std::string& thing : things(port, transports))
        if (!leases_.take(thing, owner))
            return false;
    return true;
}

// "port 8080/tcp is held by instance '/other.3'"; "" when nobody else has it.
std::string PortGrants::holder(uint16_t port, Transports transports, const std::string& owner) const {
    for (const std::string& thing : things(port, transports)) {
        const std::string other = leases_.ownerOf(thing);
        if (other.empty() || other == owner)
            continue;
        const std::optional<InstanceId> id = parseEscapedInstance(other);
        return cat("port ", port, '/', thing.substr(0, 3), " is held by instance ", quoted(id ? id->text() : other));
    }
    return "";
}

uint16_t PortGrants::findFree(const std::string& endpoint, Transports transports, const std::string& owner) {
    const unsigned count = range_.last - range_.first + 1U;
    for (unsigned tried = 0; tried < count; ++tried) {
        const uint16_t port = next_;
        next_ = port == range_.last ? range_.first : static_cast<uint16_t>(port + 1);
        if (holder(port, transports, "").empty() && take(port, transports, owner))
            return port;
    }
    throw Error(Errc::unavailable, cat("endpoint ", quoted(endpoint), ": no port of ", portRangeText(range_),
                                       " is free (port-range in podd.conf)"));
}

GrantedPorts PortGrants::grant(const PodSpec& spec, const InstanceId& id) {
    GrantedPorts granted;
    const std::string owner = id.escaped();
    try {
        // Those with a name come first, lest one of them is granted.
        for (const bool named : {true, false})
            for (const ContainerSpec& container : spec.containers)
                for (const Endpoint& endpoint : container.endpoints) {
                    const uint16_t port = endpoint.hostPort.value_or(0);
                    const Transports transports = transportsOf(endpoint);
                    if (named && port != 0 && !take(port, transports, owner))
                        throw Error(Errc::unavailable,
                                    cat("endpoint ", quoted(endpoint.name), ": ", holder(port, transports, owner)));
                    if (!named && wantsGrant(spec, endpoint))
                        granted[endpoint.name] = findFree(endpoint.name, transports, owner);
                }
    } catch (...) {
        release(id);
        throw;
    }
    return granted;
}

void PortGrants::keep(const InstanceId& id, const std::vector<EndpointBinding>& endpoints) {
    for (const EndpointBinding& each : endpoints) {
        const auto port = static_cast<uint16_t>(each.hostPort);
        const Transports transports{each.tcp, each.udp};
        std::string problem;
        try {
            if (port != 0 && !take(port, transports, id.escaped()))
                problem = cat(holder(port, transports, id.escaped()), " as well");
        } catch (const Error& error) {  // it has the port all the same
            problem = error.what();
        }
        if (!problem.empty())
            log::warning(cat("instance ", quoted(id.text()), ": endpoint ", quoted(each.name), ": ", problem));
    }
}

void PortGrants::release(const InstanceId& id) {
    leases_.release(id.escaped());
}

void PortGrants::sweep(const std::function<bool(const InstanceId&)>& isKnown) {
    leases_.sweep(isKnown);
}

}  // namespace podd
