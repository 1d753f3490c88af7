// SPDX-License-Identifier: LGPL-2.1-or-later
// Resource limits of processes (getrlimit(2)): those of the setting rlimits, and over them those of
// default-container-info for a container that brings no ContainerInfo of its own. What neither names is as systemd has it
// for podd-spawner.service.
#include <algorithm>

#include "isolators/all.h"
#include "isolators/volume_mounts.h"

namespace podd {

namespace {

void put(std::vector<ResourceLimit>& limits, const ResourceLimit& limit) {
    const auto other = std::find_if(limits.begin(), limits.end(),
                                    [&](const ResourceLimit& each) { return each.resource == limit.resource; });
    if (other == limits.end())
        limits.push_back(limit);
    else
        *other = limit;
}

class ResourceLimitsIsolator final : public Isolator {
public:
    explicit ResourceLimitsIsolator(const IsolationSettings& settings) : settings_(settings) {}

    std::string_view name() const override { return "posix/rlimits"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        for (size_t i = 0; i < plan.launch.containers.size(); ++i) {
            std::vector<ResourceLimit>& limits = plan.launch.containers[i].limits;
            for (const ResourceLimit& limit : settings_.rlimits)
                put(limits, limit);
            if (ownVolumes(view.spec, view.spec.containers[i]).empty())
                for (const ResourceLimit& limit : settings_.defaultContainerInfo.rlimits)
                    put(limits, limit);
        }
    }

private:
    const IsolationSettings& settings_;
};

}  // namespace

std::unique_ptr<Isolator> makeResourceLimitsIsolator(const IsolationSettings& settings) {
    return std::make_unique<ResourceLimitsIsolator>(settings);
}

}  // namespace podd
