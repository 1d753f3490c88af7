// SPDX-License-Identifier: LGPL-2.1-or-later
// Limits as unit properties: systemd is the only writer of the cgroup tree. The instance's slice carries the sums of its
// containers, and the executor, which is outside of it, has limits of its own (executorResources).
#include <algorithm>
#include <cmath>

#include "isolators/all.h"

namespace podd {

namespace {

// 1 cpu is systemd's default weight; the range is that of cpu.weight (systemd.resource-control(5)).
uint64_t cpuWeight(double cpus) {
    return static_cast<uint64_t>(std::clamp(std::round(cpus * 100), 1.0, 10000.0));
}

uint64_t bytes(double mebibytes) {
    return static_cast<uint64_t>(std::ceil(mebibytes * 1024 * 1024));
}

class CpuIsolator final : public Isolator {
public:
    std::string_view name() const override { return "cgroups/cpu"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        double sum = 0;
        for (size_t i = 0; i < view.spec.containers.size(); ++i) {
            const double cpus = view.spec.containers[i].resources.cpus;
            plan.scopes[i].set("CPUWeight", cpuWeight(cpus));
            sum += cpus;
        }
        plan.slice.set("CPUWeight", cpuWeight(sum));
        plan.executor.set("CPUWeight", cpuWeight(view.spec.executorResources.cpus));
    }
};

class MemoryIsolator final : public Isolator {
public:
    std::string_view name() const override { return "cgroups/mem"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        uint64_t sum = 0;
        for (size_t i = 0; i < view.spec.containers.size(); ++i) {
            const uint64_t limit = bytes(view.spec.containers[i].resources.mem);
            plan.scopes[i].set("MemoryMax", limit);
            sum += limit;
        }
        plan.slice.set("MemoryMax", sum);
        plan.executor.set("MemoryMax", bytes(view.spec.executorResources.mem));
    }
};

}  // namespace

std::unique_ptr<Isolator> makeCpuIsolator() {
    return std::make_unique<CpuIsolator>();
}

std::unique_ptr<Isolator> makeMemoryIsolator() {
    return std::make_unique<MemoryIsolator>();
}

}  // namespace podd
