// SPDX-License-Identifier: LGPL-2.1-or-later
// Memory: mem is MemoryMax=. With resourceLimits.mem that is MemoryMax=, and mem becomes MemoryLow=, what the container
// keeps when others need memory. Swap does not come on top of it, unless the setting limit-swap is no. The kernel ends all
// of a container at once when one of its processes would go beyond (OOMPolicy=kill): half a container is none. The
// instance's slice carries the sums; the executor, which is outside of it, has its own (executorResources). With
// legacySharedCgroups only the sums count.
#include <cmath>

#include "isolators/all.h"
#include "isolators/reported_usage.h"

namespace podd {

namespace {

constexpr uint64_t kInfinity = UINT64_MAX;  // as systemd's properties have it

uint64_t bytes(double mebibytes) {
    return mebibytes == kUnlimited ? kInfinity : static_cast<uint64_t>(std::ceil(mebibytes * 1024 * 1024));
}

struct Amount {
    uint64_t low = 0;
    uint64_t most = 0;

    void add(const Amount& other) {
        low += other.low;
        most = most == kInfinity || other.most == kInfinity ? kInfinity : most + other.most;
    }
};

Amount amountOf(const ContainerSpec& container) {
    const uint64_t request = bytes(container.resources.mem);
    return container.limits.mem ? Amount{request, bytes(*container.limits.mem)} : Amount{0, request};
}

class MemoryIsolator final : public Isolator {
public:
    explicit MemoryIsolator(const IsolationSettings& settings) : settings_(settings) {}

    std::string_view name() const override { return "cgroups/mem"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        Amount sum;
        for (size_t i = 0; i < view.spec.containers.size(); ++i) {
            const Amount amount = amountOf(view.spec.containers[i]);
            if (!view.spec.legacySharedCgroups)
                set(plan.scopes[i], amount);
            plan.scopes[i].set("OOMPolicy", std::string("kill"));
            sum.add(amount);
        }
        set(plan.slice, sum);
        set(plan.executor, {0, bytes(view.spec.executorResources.mem)});
    }

    void usage(const std::string& group, Usage& usage) const override { readMemoryUsage(group, usage); }

private:
    void set(UnitPlan& unit, const Amount& amount) const {
        unit.set("MemoryMax", amount.most);
        if (amount.low > 0)
            unit.set("MemoryLow", amount.low);
        if (settings_.limitSwap && amount.most != kInfinity)
            unit.set("MemorySwapMax", uint64_t{0});
    }

    const IsolationSettings& settings_;
};

}  // namespace

std::unique_ptr<Isolator> makeMemoryIsolator(const IsolationSettings& settings) {
    return std::make_unique<MemoryIsolator>(settings);
}

}  // namespace podd
