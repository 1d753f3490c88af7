// SPDX-License-Identifier: LGPL-2.1-or-later
// Input and output of block devices: counted for each container, weighed (io-weight) and limited (io-read-bandwidth-max
// and its siblings) as podd.conf says, in each container's scope. With legacySharedCgroups the instance's slice has the
// limits.
#include "isolators/all.h"
#include "isolators/cgroup_file.h"

namespace podd {

namespace {

class BlockIoIsolator final : public Isolator {
public:
    explicit BlockIoIsolator(const IsolationSettings& settings) : settings_(settings) {}

    std::string_view name() const override { return "cgroups/blkio"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        if (view.spec.legacySharedCgroups)
            return set(plan.slice);
        for (UnitPlan& scope : plan.scopes)
            set(scope);
    }

    void usage(const std::string& group, Usage& usage) const override {
        usage.ioReadBytes = cgroupSum(group, "io.stat", "rbytes");
        usage.ioWriteBytes = cgroupSum(group, "io.stat", "wbytes");
        usage.ioPressure = cgroupPressure(group, "io.pressure");
    }

private:
    void set(UnitPlan& unit) const {
        unit.set("IOAccounting", true);
        if (settings_.ioWeight > 0)
            unit.set("IOWeight", settings_.ioWeight);
        limit(unit, "IOReadBandwidthMax", settings_.ioReadBytes);
        limit(unit, "IOWriteBandwidthMax", settings_.ioWriteBytes);
        limit(unit, "IOReadIOPSMax", settings_.ioReadOperations);
        limit(unit, "IOWriteIOPSMax", settings_.ioWriteOperations);
    }
    static void limit(UnitPlan& unit, const char* property, const IoLimits& limits) {
        if (!limits.empty())
            unit.set(property, limits);
    }

    const IsolationSettings& settings_;
};

}  // namespace

std::unique_ptr<Isolator> makeBlockIoIsolator(const IsolationSettings& settings) {
    return std::make_unique<BlockIoIsolator>(settings);
}

}  // namespace podd
