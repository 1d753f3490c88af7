// SPDX-License-Identifier: LGPL-2.1-or-later
// Isolators on a host that can do everything.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/endpoints.h"
#include "core/networks.h"
#include "isolators/isolation.h"

namespace podd::fakes {

inline HostFacts ableHost() {
    return {.controllers = {"cpu", "memory", "pids", "io"},
            .namespaces = {"mnt", "pid", "ipc", "uts", "net"},
            .seccomp = true};
}

// Only these isolators, or those that are selected by default.
inline Isolation isolation(IsolationSettings settings = {},
                           const std::optional<std::vector<std::string>>& selection = std::nullopt) {
    return Isolation(std::move(settings), selection, ableHost());
}

// The plan of instance 3 of a pod.
inline InstancePlan planOf(const PodSpec& spec, const Isolation& isolation) {
    return isolation.plan({.spec = spec,
                           .id = {spec.id, 3},
                           .version = "v",
                           .stateDirectory = "/state",
                           .runDirectory = "/run/podd",
                           .hostname = "host",
                           .endpoints = bindingsOf(spec, {}),
                           .networks = attachmentsOf(spec, "podd")});
}

}  // namespace podd::fakes
