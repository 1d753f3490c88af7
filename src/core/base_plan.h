// SPDX-License-Identifier: LGPL-2.1-or-later
// The part of a launch plan that follows from the definition alone, whatever isolators are selected: names, units with
// their dependencies, directories, commands and environment. Isolators add to it.
//
// All units of an instance are made by one StartTransientUnit call (a single transaction): the executor's scope is the
// main unit, the slice and the containers' scopes are its aux units.
#pragma once

#include <string>
#include <vector>

#include "model/endpoint_binding.h"
#include "model/launch_plan.h"
#include "model/names.h"
#include "model/network_order.h"
#include "model/pod_spec.h"
#include "model/unit_plan.h"

namespace podd {

struct InstancePlan {
    LaunchPlan launch;
    UnitPlan executor;
    UnitPlan slice;
    std::vector<UnitPlan> scopes;  // in the order of launch.containers
};

// What a plan is made from; borrowed for the time of the planning.
struct InstanceView {
    const PodSpec& spec;
    InstanceId id;
    std::string version;
    std::string stateDirectory;                      // /var/lib/podd
    std::string runDirectory;                        // /run/podd
    std::string hostname;                            // of the host, for $HOST
    std::vector<std::string> allowedHostPaths = {};  // that everybody may use who may manage pods
    std::vector<EndpointBinding> endpoints = {};     // with the ports that the instance was granted (core/endpoints.h)
    std::vector<NetworkAttachment> networks = {};    // with the addresses that it was granted (core/networks.h)
};

InstancePlan makeBasePlan(const InstanceView& view);

// A container's environment as NAME=value, sorted: the pod's, overridden by the container's, overridden by what Marathon
// and Mesos inject (pods.md §4.6), which users cannot change. PATH has a default.
std::vector<std::string> environmentOf(const InstanceView& view, const ContainerSpec& container,
                                       const std::string& sandbox);

// What is to be asked of a container that runs: its health check, then its check. `endpoints` are the instance's.
std::vector<CheckPlan> checksOf(const ContainerSpec& container, const std::vector<EndpointBinding>& endpoints);

// <state directory>/sandboxes/<escaped instance>
std::string sandboxOf(const std::string& stateDirectory, const InstanceId& id);

}  // namespace podd
