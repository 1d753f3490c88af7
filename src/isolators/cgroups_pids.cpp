// SPDX-License-Identifier: LGPL-2.1-or-later
// How many processes and threads a container may have at a time: the setting pids-limit, as TasksMax= of its scope, and
// the sum on the instance's slice. A fork bomb ends there and does not take the host with it.
#include "isolators/all.h"
#include "isolators/cgroup_file.h"

namespace podd {

namespace {

constexpr uint64_t kInfinity = UINT64_MAX;  // as systemd's properties have it

class PidsIsolator final : public Isolator {
public:
    explicit PidsIsolator(const IsolationSettings& settings) : settings_(settings) {}

    std::string_view name() const override { return "cgroups/pids"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        // What is not said is DefaultTasksMax= of systemd-system.conf(5).
        const bool each = settings_.pids != 0 && !view.spec.legacySharedCgroups;
        for (UnitPlan& scope : plan.scopes)
            scope.set("TasksMax", each ? settings_.pids : kInfinity);
        if (settings_.pids != 0)
            plan.slice.set("TasksMax", settings_.pids * plan.scopes.size());
    }

    void usage(const std::string& group, Usage& usage) const override {
        usage.tasks = cgroupNumber(group, "pids.current");
        usage.tasksMax = cgroupNumber(group, "pids.max");
    }

private:
    const IsolationSettings& settings_;
};

}  // namespace

std::unique_ptr<Isolator> makePidsIsolator(const IsolationSettings& settings) {
    return std::make_unique<PidsIsolator>(settings);
}

}  // namespace podd
