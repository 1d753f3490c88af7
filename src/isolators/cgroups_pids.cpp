// SPDX-License-Identifier: LGPL-2.1-or-later
// How many processes and threads a container may have at a time: the setting pids-limit, as TasksMax= of its scope, and
// the sum on the instance's slice. A fork bomb ends there and does not take the host with it.
#include "isolators/all.h"
#include "isolators/cgroup_file.h"

namespace podd {

namespace {

class PidsIsolator final : public Isolator {
public:
    explicit PidsIsolator(const IsolationSettings& settings) : settings_(settings) {}

    std::string_view name() const override { return "cgroups/pids"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        if (settings_.pids == 0)
            return;
        if (!view.spec.legacySharedCgroups)
            for (UnitPlan& scope : plan.scopes)
                scope.set("TasksMax", settings_.pids);
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
