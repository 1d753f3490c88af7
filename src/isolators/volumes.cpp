// SPDX-License-Identifier: LGPL-2.1-or-later
// The two kinds of volumes. Ephemeral ones are directories of the instance's sandbox: made empty for it, shared by its
// containers, gone with it (Mesos' SANDBOX_PATH of the parent). Host volumes are what exists on the host.
#include <algorithm>

#include "base/strings.h"
#include "isolators/all.h"

namespace podd {

namespace {

// Binds `source` wherever a container mounts `volume`.
void mountEverywhere(const InstanceView& view, const VolumeSpec& volume, const std::string& source,
                     InstancePlan& plan) {
    for (size_t i = 0; i < view.spec.containers.size(); ++i)
        for (const VolumeMount& mount : view.spec.containers[i].mounts)
            if (mount.volume == volume.name)
                plan.launch.containers[i].mounts.push_back({.kind = MountKind::bind,
                                                            .source = source,
                                                            .target = mount.mountPath,
                                                            .readOnly = mount.readOnly,
                                                            .sourceIsVolume = true,
                                                            .volume = volume.name});
}

class SandboxPathIsolator final : public Isolator {
public:
    std::string_view name() const override { return "volume/sandbox_path"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        for (const VolumeSpec& volume : view.spec.volumes) {
            if (volume.as<EphemeralVolume>() == nullptr)
                continue;
            const std::string directory = cat(plan.launch.sandbox, "/volumes/", volume.name);
            plan.launch.directories.push_back(directory);
            mountEverywhere(view, volume, directory, plan);
        }
    }
};

class HostPathIsolator final : public Isolator {
public:
    std::string_view name() const override { return "volume/host_path"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        for (const VolumeSpec& volume : view.spec.volumes)
            if (const auto* host = volume.as<HostVolume>())
                mountEverywhere(view, volume, host->path, plan);
    }
};

}  // namespace

std::unique_ptr<Isolator> makeSandboxPathIsolator() {
    return std::make_unique<SandboxPathIsolator>();
}

std::unique_ptr<Isolator> makeHostPathIsolator() {
    return std::make_unique<HostPathIsolator>();
}

}  // namespace podd
