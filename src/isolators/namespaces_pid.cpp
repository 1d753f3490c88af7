// SPDX-License-Identifier: LGPL-2.1-or-later
// Each container sees only its own processes, and when its first process ends the kernel ends all others of it
// (pid_namespaces(7)). A new procfs makes ps(1) tell the same truth.
#include <algorithm>

#include "isolators/all.h"

namespace podd {

namespace {

class PidNamespaceIsolator final : public Isolator {
public:
    std::string_view name() const override { return "namespaces/pid"; }

    void prepare(const InstanceView&, InstancePlan& plan) const override {
        for (ContainerPlan& container : plan.launch.containers) {
            container.pidNamespace = true;
            const bool mounted = std::any_of(container.mounts.begin(), container.mounts.end(),
                                             [](const MountStep& step) { return step.kind == MountKind::proc; });
            if (!mounted)  // filesystem/linux has its own; it shows the same namespace
                container.mounts.push_back({.kind = MountKind::proc, .source = "proc", .target = "/proc"});
        }
    }
};

}  // namespace

std::unique_ptr<Isolator> makePidNamespaceIsolator(const IsolationSettings&) {
    return std::make_unique<PidNamespaceIsolator>();
}

}  // namespace podd
