// SPDX-License-Identifier: LGPL-2.1-or-later
// What a change of a definition means for instances that run: whether they have to be replaced, and whether old and new
// ones can be there at the same time. The fields that count are Marathon's (pods.md §4.8, PodDefinition.isUpgrade).
#pragma once

#include <cstdint>
#include <set>

#include "model/pod_spec.h"

namespace podd {

// Whether instances of `from` have to be replaced to get what `to` describes. Its scaling, its executorResources,
// killSelection, unreachableStrategy and legacySharedCgroups are for instances that are launched from now on.
bool isUpgrade(const PodSpec& from, const PodSpec& to);

// Ports of the host that a definition names; on one host only one instance can have them at a time.
std::set<uint16_t> fixedHostPorts(const PodSpec& spec);

}  // namespace podd
