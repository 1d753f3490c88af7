// SPDX-License-Identifier: LGPL-2.1-or-later
// System V IPC, POSIX message queues (ipc_namespaces(7)) and /dev/shm, by linuxInfo.ipcInfo:
//
//   of the pod         PRIVATE (the default)   shared by the containers of an instance and by nobody else
//                      SHARE_PARENT            the host's, if the operator allows it
//   of a container     SHARE_PARENT (default)  the instance's, whatever that is
//                      PRIVATE                 its own
//
// The shared /dev/shm is one tmpfs below the instance's sandbox, bound into each container: a tmpfs of its own in each
// would not be shared. Its size is shmSize, else that of podd.conf; what is in it counts as memory of who wrote it.
#include "base/strings.h"
#include "isolators/all.h"

namespace podd {

namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

bool isOwn(const ContainerSpec& container) {
    return container.ipc && container.ipc->mode == IpcMode::isPrivate;
}

bool isHosts(const PodSpec& spec) {
    return spec.ipc && spec.ipc->mode == IpcMode::shareParent;
}

class IpcNamespaceIsolator final : public Isolator {
public:
    explicit IpcNamespaceIsolator(const IsolationSettings& settings) : settings_(settings) {}

    std::string_view name() const override { return "namespaces/ipc"; }

    void check(const PodSpec& spec, std::vector<Problem>& problems) const override {
        if (isHosts(spec) && !settings_.allowHostIpc)
            problems.push_back({.pointer = "/linuxInfo/ipcInfo/mode",
                                .what = "the host's IPC namespace is not for pods (allow-host-ipc of podd.conf)"});
    }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        LaunchPlan& launch = plan.launch;
        launch.ipcNamespace = !isHosts(view.spec);
        if (launch.ipcNamespace) {
            launch.sharedMemory = cat(launch.sandbox, "/shm");
            launch.sharedMemoryOptions = size(view.spec.ipc);
        }
        const std::string shared = launch.ipcNamespace ? launch.sharedMemory : "/dev/shm";
        for (size_t i = 0; i < launch.containers.size(); ++i) {
            const ContainerSpec& spec = view.spec.containers[i];
            ContainerPlan& container = launch.containers[i];
            container.ipcNamespace = isOwn(spec);
            if (container.ipcNamespace)
                container.mounts.push_back({.kind = MountKind::tmpfs,
                                            .source = "tmpfs",
                                            .target = "/dev/shm",
                                            .options = join({"mode=1777", size(spec.ipc)}, ",")});
            else
                container.mounts.push_back({.source = shared, .target = "/dev/shm"});
        }
    }

private:
    // "size=67108864", or what tmpfs(5) does by itself.
    std::string size(const std::optional<IpcInfo>& ipc) const {
        const uint64_t bytes = ipc && ipc->shmSize ? *ipc->shmSize * kMiB : settings_.shmBytes;
        return bytes == 0 ? "size=50%" : cat("size=", bytes);
    }

    const IsolationSettings& settings_;
};

}  // namespace

std::unique_ptr<Isolator> makeIpcNamespaceIsolator(const IsolationSettings& settings) {
    return std::make_unique<IpcNamespaceIsolator>(settings);
}

}  // namespace podd
