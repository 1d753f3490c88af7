// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/upgrade.h"

namespace podd {

bool isUpgrade(const PodSpec& from, const PodSpec& to) {
    PodSpec alike = to;
    alike.instances = from.instances;
    alike.executorResources = from.executorResources;
    alike.scheduling.killSelection = from.scheduling.killSelection;
    alike.scheduling.unreachable = from.scheduling.unreachable;
    alike.legacySharedCgroups = from.legacySharedCgroups;
    return alike != from;
}

std::set<uint16_t> fixedHostPorts(const PodSpec& spec) {
    std::set<uint16_t> ports;
    for (const ContainerSpec& container : spec.containers)
        for (const Endpoint& endpoint : container.endpoints)
            if (endpoint.hostPort.value_or(0) != 0)
                ports.insert(*endpoint.hostPort);
    return ports;
}

}  // namespace podd
