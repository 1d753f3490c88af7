// SPDX-License-Identifier: LGPL-2.1-or-later
// Processor time: CPUWeight= in proportion to cpus, 1 being systemd's default weight, and CPUQuota= where there is a
// limit: resourceLimits.cpus, or cpus itself with the setting cfs. The instance's slice carries the sums of its
// containers (a quota only if each has one), and the executor, which is outside of it, has its own (executorResources).
// With legacySharedCgroups only the sums count.
#include <algorithm>
#include <cmath>
#include <optional>

#include "isolators/all.h"
#include "isolators/reported_usage.h"

namespace podd {

namespace {

// The range is that of cpu.weight (systemd.resource-control(5)).
uint64_t cpuWeight(double cpus) {
    return static_cast<uint64_t>(std::clamp(std::round(cpus * 100), 1.0, 10000.0));
}

class CpuIsolator final : public Isolator {
public:
    explicit CpuIsolator(const IsolationSettings& settings) : settings_(settings) {}

    std::string_view name() const override { return "cgroups/cpu"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        double sum = 0;
        std::optional<double> limits = 0;
        for (size_t i = 0; i < view.spec.containers.size(); ++i) {
            const ContainerSpec& container = view.spec.containers[i];
            const std::optional<double> limit = limitOf(container);
            if (!view.spec.legacySharedCgroups)
                set(plan.scopes[i], container.resources.cpus, limit);
            sum += container.resources.cpus;
            limits = limits && limit ? std::optional<double>(*limits + *limit) : std::nullopt;
        }
        set(plan.slice, sum, limits);
        set(plan.executor, view.spec.executorResources.cpus, std::nullopt);
    }

    void usage(const std::string& group, Usage& usage) const override { readCpuUsage(group, usage); }

private:
    std::optional<double> limitOf(const ContainerSpec& container) const {
        const std::optional<double> limit = container.limits.cpus;
        if (limit)
            return *limit == kUnlimited ? std::nullopt : limit;
        return settings_.cfs ? std::optional<double>(container.resources.cpus) : std::nullopt;
    }

    static void set(UnitPlan& unit, double cpus, std::optional<double> limit) {
        constexpr double kSecond = 1e6;        // µs
        constexpr double kLeastQuota = 10000;  // of a second: below 1 ms in each period of 100 ms the kernel refuses it
        unit.set("CPUWeight", cpuWeight(cpus));
        if (limit)
            unit.set("CPUQuotaPerSecUSec", static_cast<uint64_t>(std::max(std::round(*limit * kSecond), kLeastQuota)));
    }

    const IsolationSettings& settings_;
};

}  // namespace

std::unique_ptr<Isolator> makeCpuIsolator(const IsolationSettings& settings) {
    return std::make_unique<CpuIsolator>(settings);
}

}  // namespace podd
