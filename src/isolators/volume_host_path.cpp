// SPDX-License-Identifier: LGPL-2.1-or-later
// Volumes that are directories or files of the host, with what is mounted below them, now and later. Nothing that podd
// lives on and nothing that makes a container more than one gets in that way: podd-init checks what it has opened
// against LaunchPlan::forbidden, and takes no sockets, FIFOs and devices. podd never removes anything of the host.
#include "isolators/all.h"
#include "isolators/volume_mounts.h"

namespace podd {

namespace {

class HostPathIsolator final : public Isolator {
public:
    std::string_view name() const override { return "volume/host_path"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        for (const VolumeSpec& volume : view.spec.volumes) {
            const auto* host = volume.as<HostVolume>();
            if (host == nullptr || !host->path.starts_with('/'))
                continue;
            forEachPlace(view, volume, plan, [&](const MountPlace& place) {
                MountStep step = bindOf(place, volume, host->path);
                step.check = SourceCheck::hostVolume;
                place.container.mounts.push_back(std::move(step));
            });
        }
    }
};

}  // namespace

std::unique_ptr<Isolator> makeHostPathIsolator(const IsolationSettings&) {
    return std::make_unique<HostPathIsolator>();
}

}  // namespace podd
