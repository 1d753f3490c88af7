// SPDX-License-Identifier: LGPL-2.1-or-later
// How much a container may have on disk below its sandbox and its private directories: resources.disk. Every
// disk-watch-interval its executor counts, as du(1) does; with the setting enforce-disk-quota a container that has more
// is ended, so it may go beyond for that long; where the file system has project quotas it cannot go beyond at all
// (executor/project_quota.h). A container that asks for no disk is not measured, and costs nothing.
#include <cmath>

#include "isolators/all.h"

namespace podd {

namespace {

class DiskUsageIsolator final : public Isolator {
public:
    explicit DiskUsageIsolator(const IsolationSettings& settings) : settings_(settings) {}

    std::string_view name() const override { return "disk/du"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        plan.launch.diskIntervalUsec = settings_.diskIntervalUsec;
        for (size_t i = 0; i < view.spec.containers.size(); ++i) {
            const double disk = view.spec.containers[i].resources.disk;
            ContainerPlan& container = plan.launch.containers[i];
            container.measureDisk = disk > 0;
            if (settings_.enforceDisk)
                container.diskLimit = static_cast<uint64_t>(std::ceil(disk * 1024 * 1024));
        }
    }

private:
    const IsolationSettings& settings_;
};

}  // namespace

std::unique_ptr<Isolator> makeDiskUsageIsolator(const IsolationSettings& settings) {
    return std::make_unique<DiskUsageIsolator>(settings);
}

}  // namespace podd
