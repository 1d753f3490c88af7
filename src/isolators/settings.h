// SPDX-License-Identifier: LGPL-2.1-or-later
// What the operator decides about isolation (podd.conf(5)), as data. An isolator borrows it and remembers nothing else.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/capability.h"
#include "model/container_info.h"
#include "model/launch_plan.h"
#include "model/seccomp_profile.h"

namespace podd {

struct AllowedDevice {
    std::string path;    // /dev/fuse
    std::string access;  // of "r", "w", "m", as in DeviceAllow= of systemd.resource-control(5)
    bool operator==(const AllowedDevice&) const = default;
};

using IoLimits = std::vector<std::pair<std::string, uint64_t>>;  // path of a device or file, and a number a second

struct IsolationSettings {
    std::set<std::string, std::less<>> selected;  // the names of all isolators that are
    std::string defaultNetwork = "podd";          // of container networks without a name

    bool cfs = false;       // cpus is also a limit for containers that have none of their own
    bool limitSwap = true;  // what counts as mem is memory and swap
    uint64_t pids = 2048;   // tasks of one container; 0 = no limit
    uint64_t ioWeight = 0;  // 1..10000; 0 = as systemd has it
    IoLimits ioReadBytes;   // of one container
    IoLimits ioWriteBytes;
    IoLimits ioReadOperations;
    IoLimits ioWriteOperations;
    std::vector<AllowedDevice> devices;

    uint64_t shmBytes = 0;      // of /dev/shm; 0 = half of the memory, as tmpfs(5) has it
    bool allowHostIpc = false;  // for pods that share the host's IPC namespace

    CapabilitySet capabilities = kDefaultCapabilities;
    std::string seccompProfile = "default";  // "default", "unconfined", or a file of the directory
    std::string seccompDirectory = "/etc/podd/seccomp";
    std::vector<ResourceLimit> rlimits;
    ContainerInfo defaultContainerInfo;

    uint64_t diskIntervalUsec = 15'000'000;  // between two measurements
    bool enforceDisk = false;                // a container that has more than its disk is ended
};

}  // namespace podd
