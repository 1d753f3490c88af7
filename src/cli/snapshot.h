// SPDX-License-Identifier: LGPL-2.1-or-later
// All pods, their instances and containers at one moment, from one GetManagedObjects call, so that the parts
// of a status agree with each other.
#pragma once

#include <string>
#include <vector>

#include "cli/value.h"

namespace podd::cli {

// The properties are kept as they came: text rendering and JSON each take what they show.
struct ContainerStatus {
    Properties properties;
    std::string name() const { return textOf(properties, "Name"); }
};

struct InstanceStatus {
    Properties properties;
    std::vector<ContainerStatus> containers;
    std::string name() const { return textOf(properties, "Name"); }
};

struct PodStatus {
    Properties properties;
    std::vector<InstanceStatus> instances;  // by number
    std::string id() const { return textOf(properties, "Id"); }
};

// In the order of their ids.
std::vector<PodStatus> podsOf(const ManagedObjects& objects);

}  // namespace podd::cli
