// SPDX-License-Identifier: LGPL-2.1-or-later
#include "isolators/registry.h"

#include "isolators/all.h"

namespace podd {

const std::vector<IsolatorEntry>& isolatorTable() {
    static const std::vector<IsolatorEntry> table = {
        {"namespaces/pid", "a PID namespace with its own /proc for each container", makePidNamespaceIsolator},
        {"namespaces/ipc", "an IPC namespace with its own /dev/shm for each instance", makeIpcNamespaceIsolator},
        {"volume/sandbox_path", "ephemeral volumes, shared by the containers of an instance", makeSandboxPathIsolator},
        {"volume/host_path", "files and directories of the host as volumes", makeHostPathIsolator},
        {"cgroups/cpu", "CPUWeight= in proportion to cpus", makeCpuIsolator},
        {"cgroups/mem", "MemoryMax= from mem", makeMemoryIsolator},
    };
    return table;
}

InstancePlan makePlan(const InstanceView& view) {
    InstancePlan plan = makeBasePlan(view);
    for (const IsolatorEntry& entry : isolatorTable())
        entry.make()->prepare(view, plan);
    return plan;
}

}  // namespace podd
