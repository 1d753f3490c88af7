// SPDX-License-Identifier: LGPL-2.1-or-later
// Reports how much each container has on disk, every disk-watch-interval, and limits nothing.
#include "isolators/all.h"

namespace podd {

namespace {

class PosixDiskIsolator final : public Isolator {
public:
    explicit PosixDiskIsolator(const IsolationSettings& settings) : settings_(settings) {}

    std::string_view name() const override { return "posix/disk"; }

    void prepare(const InstanceView&, InstancePlan& plan) const override {
        plan.launch.diskIntervalUsec = settings_.diskIntervalUsec;
        for (ContainerPlan& container : plan.launch.containers)
            container.measureDisk = true;
    }

private:
    const IsolationSettings& settings_;
};

}  // namespace

std::unique_ptr<Isolator> makePosixDiskIsolator(const IsolationSettings& settings) {
    return std::make_unique<PosixDiskIsolator>(settings);
}

}  // namespace podd
