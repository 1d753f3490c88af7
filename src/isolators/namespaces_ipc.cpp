// SPDX-License-Identifier: LGPL-2.1-or-later
// The containers of an instance share System V IPC, POSIX message queues (ipc_namespaces(7)) and /dev/shm with each
// other and with nobody else. /dev/shm is one directory of the instance's sandbox, bound into each container: a tmpfs
// of its own in each would not be shared.
#include "base/strings.h"
#include "isolators/all.h"

namespace podd {

namespace {

class IpcNamespaceIsolator final : public Isolator {
public:
    std::string_view name() const override { return "namespaces/ipc"; }

    void prepare(const InstanceView&, InstancePlan& plan) const override {
        plan.launch.ipcNamespace = true;
        plan.launch.sharedMemory = cat(plan.launch.sandbox, "/shm");
        for (ContainerPlan& container : plan.launch.containers)
            container.mounts.push_back(
                {.kind = MountKind::bind, .source = plan.launch.sharedMemory, .target = "/dev/shm"});
    }
};

}  // namespace

std::unique_ptr<Isolator> makeIpcNamespaceIsolator() {
    return std::make_unique<IpcNamespaceIsolator>();
}

}  // namespace podd
