// SPDX-License-Identifier: LGPL-2.1-or-later
// What the isolators of volumes have in common.
#pragma once

#include <string>
#include <vector>

#include "core/base_plan.h"
#include "model/container_info.h"

namespace podd {

// One place where a container mounts a volume.
struct MountPlace {
    const VolumeMount& mount;
    const ContainerSpec& spec;
    ContainerPlan& container;
};

// Calls `each` with every place where `volume` is mounted.
template <typename Each>
void forEachPlace(const InstanceView& view, const VolumeSpec& volume, InstancePlan& plan, Each&& each) {
    for (size_t i = 0; i < view.spec.containers.size(); ++i)
        for (const VolumeMount& mount : view.spec.containers[i].mounts)
            if (mount.volume == volume.name)
                each(MountPlace{mount, view.spec.containers[i], plan.launch.containers[i]});
}

// The bind of `source` there.
inline MountStep bindOf(const MountPlace& place, const VolumeSpec& volume, const std::string& source) {
    return {.source = source,
            .target = place.mount.mountPath,
            .readOnly = place.mount.readOnly,
            .sourceIsVolume = true,
            .volume = volume.name};
}

// The host volumes that a container mounts, as it would name them in a ContainerInfo of Mesos. One that has none brings
// no ContainerInfo, and default-container-info is for it.
inline std::vector<SharedVolume> ownVolumes(const PodSpec& spec, const ContainerSpec& container) {
    std::vector<SharedVolume> own;
    for (const VolumeMount& mount : container.mounts)
        for (const VolumeSpec& volume : spec.volumes)
            if (const auto* host = volume.as<HostVolume>(); host != nullptr && volume.name == mount.volume)
                own.push_back({.hostPath = host->path, .containerPath = mount.mountPath, .readOnly = mount.readOnly});
    return own;
}

// A directory may be wanted by several mounts.
inline void addDirectory(LaunchPlan& launch, DirectoryStep step) {
    for (const DirectoryStep& other : launch.directories)
        if (other.path == step.path)
            return;
    launch.directories.push_back(std::move(step));
}

}  // namespace podd
