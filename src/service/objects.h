// SPDX-License-Identifier: LGPL-2.1-or-later
// The vtables of podd's D-Bus objects: which properties they have and how each is read from the records. What the paths
// lead to is found by BusApi (bus_api.h).
#pragma once

#include <systemd/sd-bus.h>

#include <string>

#include "manager/manager.h"
#include "sd/call.h"

namespace podd {

class BusApi;

// What the vtables read: a record and where it came from. One of each is enough, since libsystemd looks a path up right
// before it reads the properties.
struct PodObjectView {
    const Pod* pod = nullptr;
    BusApi* api = nullptr;

    // Methods of the pod's own object; the manager has each with the id as an argument.
    void start(sd::Call call);
    void stop(sd::Call call);
    void restart(sd::Call call);
    void remove(sd::Call call);
    void getDefinition(sd::Call call);
    void listTerminations(sd::Call call);
};

struct InstanceObjectView {
    const Instance* instance = nullptr;
    BusApi* api = nullptr;
};

struct ContainerObjectView {
    const Instance* instance = nullptr;
    BusApi* api = nullptr;
    size_t index = 0;  // in the instance's record

    const ContainerRecord& record() const { return instance->state().record.containers.at(index); }
};

// A deployment is shown through the pod that it is for.
struct DeploymentObjectView {
    const Pod* pod = nullptr;
};

// The id that people may write without its leading '/'.
std::string absolute(const std::string& id);

std::string podPath(const std::string& id);
std::string instancePath(const InstanceId& id);
std::string containerPath(const InstanceId& id, const std::string& container);
std::string deploymentPath(uint32_t id);

// Directories of their cgroups.
std::string groupOf(const PodObjectView& view);
std::string groupOf(const InstanceObjectView& view);
std::string groupOf(const ContainerObjectView& view);

extern const sd_bus_vtable kManagerVtable[];  // userdata: BusApi
extern const sd_bus_vtable kPodVtable[];
extern const sd_bus_vtable kInstanceVtable[];
extern const sd_bus_vtable kContainerVtable[];
extern const sd_bus_vtable kDeploymentVtable[];
extern const sd_bus_vtable* const kPodUsageVtable;
extern const sd_bus_vtable* const kInstanceUsageVtable;
extern const sd_bus_vtable* const kContainerUsageVtable;

}  // namespace podd
