// SPDX-License-Identifier: LGPL-2.1-or-later
// Volumes that are directories of the instance, made empty for it and gone with it. An ephemeral volume is shared by the
// containers that mount it (Mesos' SANDBOX_PATH of the parent); it belongs to the pod's user, mode 0755: a container
// that runs as another user reads it and writes only where the owner lets it, for sharing between users is for the
// definition to arrange, not for a mode that lets everybody write. A host volume with a relative path is a directory of
// the container's own sandbox (SANDBOX_PATH of itself), which belongs to the container's user.
#include "base/strings.h"
#include "isolators/all.h"
#include "isolators/volume_mounts.h"

namespace podd {

namespace {

class SandboxPathIsolator final : public Isolator {
public:
    explicit SandboxPathIsolator(const IsolationSettings&) {}

    std::string_view name() const override { return "volume/sandbox_path"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        for (const VolumeSpec& volume : view.spec.volumes) {
            if (volume.as<EphemeralVolume>() != nullptr)
                shared(view, volume, plan);
            else if (const auto* host = volume.as<HostVolume>(); host != nullptr && !host->path.starts_with('/'))
                own(view, volume, host->path, plan);
        }
    }

private:
    static void shared(const InstanceView& view, const VolumeSpec& volume, InstancePlan& plan) {
        const std::string directory = cat(plan.launch.sandbox, "/volumes/", volume.name);
        addDirectory(plan.launch, {.path = directory, .owner = view.spec.user});
        forEachPlace(view, volume, plan, [&](const MountPlace& place) {
            place.container.mounts.push_back(bindOf(place, volume, directory));
        });
    }

    static void own(const InstanceView& view, const VolumeSpec& volume, const std::string& path, InstancePlan& plan) {
        forEachPlace(view, volume, plan, [&](const MountPlace& place) {
            const std::string directory = cat(place.container.sandbox, '/', path);
            // filesystem/shared has made it: the directory then is as the one that it covers.
            for (const MountStep& step : place.container.mounts)
                if (step.source == directory && step.target == place.mount.mountPath)
                    return;
            addDirectory(plan.launch, {.path = directory, .owner = place.container.user});
            place.container.mounts.push_back(bindOf(place, volume, directory));
        });
    }
};

}  // namespace

std::unique_ptr<Isolator> makeSandboxPathIsolator(const IsolationSettings& settings) {
    return std::make_unique<SandboxPathIsolator>(settings);
}

}  // namespace podd
