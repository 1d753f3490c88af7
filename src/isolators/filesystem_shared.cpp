// SPDX-License-Identifier: LGPL-2.1-or-later
// The host's file system, of which each container sees parts of its own: Mesos' filesystem/shared. A volume maps a
// host_path to a container_path, which has to exist. An absolute host_path is something of the host. A relative one is a
// directory below the container's sandbox, made with the owner and mode of the directory that it covers: host_path
// "tmp" at container_path "/tmp" is a private /tmp, and neither the host's nor any other container's is seen there.
//
// A container brings volumes as host volumes of its pod; one that mounts none gets those of default-container-info. Two
// volumes in one place, or one inside of the other, are refused, by the components of their paths. A read-only volume is
// read-only with everything below it. What the kernel does when the mount namespace ends is all the cleaning there is.
#include "base/strings.h"
#include "isolators/all.h"
#include "isolators/volume_mounts.h"

namespace podd {

namespace {

class SharedFilesystemIsolator final : public Isolator {
public:
    explicit SharedFilesystemIsolator(const IsolationSettings& settings) : settings_(settings) {}

    std::string_view name() const override { return "filesystem/shared"; }

    void check(const PodSpec& spec, std::vector<Problem>& problems) const override {
        for (size_t i = 0; i < spec.containers.size(); ++i)
            if (const std::string why = whyNotTogether(volumesOf(spec, spec.containers[i]), ""); !why.empty())
                problems.push_back({.pointer = cat("/containers/", i, "/volumeMounts"), .what = why});
    }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        for (size_t i = 0; i < view.spec.containers.size(); ++i) {
            ContainerPlan& container = plan.launch.containers[i];
            container.mountNamespace = true;
            for (const SharedVolume& volume : volumesOf(view.spec, view.spec.containers[i]))
                addVolume(volume, plan.launch, container);
        }
    }

private:
    std::vector<SharedVolume> volumesOf(const PodSpec& spec, const ContainerSpec& container) const {
        std::vector<SharedVolume> own = ownVolumes(spec, container);
        return own.empty() ? settings_.defaultContainerInfo.volumes : own;
    }

    static void addVolume(const SharedVolume& volume, LaunchPlan& launch, ContainerPlan& container) {
        MountStep step{.source = volume.hostPath,
                       .target = volume.containerPath,
                       .readOnly = volume.readOnly,
                       .sourceIsVolume = true,
                       .volume = volume.hostPath};
        if (volume.hostPath.starts_with('/')) {
            step.check = SourceCheck::hostVolume;
        } else {
            step.source = cat(container.sandbox, '/', volume.hostPath);
            addDirectory(launch, {.path = step.source, .like = likeOf(volume)});
        }
        container.mounts.push_back(std::move(step));
    }

    // A mount point in the sandbox covers nothing yet.
    static std::string likeOf(const SharedVolume& volume) {
        return volume.containerPath.starts_with('/') ? volume.containerPath : "";
    }

    const IsolationSettings& settings_;
};

}  // namespace

std::unique_ptr<Isolator> makeSharedFilesystemIsolator(const IsolationSettings& settings) {
    return std::make_unique<SharedFilesystemIsolator>(settings);
}

}  // namespace podd
