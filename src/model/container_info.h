// SPDX-License-Identifier: LGPL-2.1-or-later
// Mesos' ContainerInfo as far as it can be a default for containers: the setting default-container-info of podd.conf(5)
// (Mesos' --default_container_info), which applies to every container that brings none of its own, that is, mounts no
// host volume.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/launch_plan.h"
#include "model/problem.h"

namespace podd {

struct SharedVolume {
    std::string hostPath;       // absolute; or relative to the container's sandbox, where it is made
    std::string containerPath;  // absolute; has to exist on the host
    bool readOnly = false;
    bool operator==(const SharedVolume&) const = default;
};

struct ContainerInfo {
    std::vector<SharedVolume> volumes;
    std::vector<ResourceLimit> rlimits;
    bool operator==(const ContainerInfo&) const = default;
};

struct ParsedContainerInfo {
    ContainerInfo info;  // meaningful only when there are no errors
    std::vector<Problem> problems;
    bool ok() const { return !hasErrors(problems); }
};

// Mesos' JSON form: {"type": "MESOS", "volumes": [{"host_path": "tmp", "container_path": "/tmp", "mode": "RW"}],
// "rlimit_info": {"rlimits": [{"type": "RLMT_NOFILE", "soft": 1024, "hard": 4096}]}}. Never throws.
ParsedContainerInfo parseContainerInfo(std::string_view text);

// Why these volumes cannot be in one container: two of them for one place, or one inside of another, by the components
// of their paths. `sandbox` is where the container's working directory is. "" = they can.
std::string whyNotTogether(const std::vector<SharedVolume>& volumes, const std::string& sandbox);

}  // namespace podd
