// SPDX-License-Identifier: LGPL-2.1-or-later
// No program gives its process privileges that it had not before: neither set-user-ID bits nor file capabilities have an
// effect (PR_SET_NO_NEW_PRIVS of prctl(2)).
#include "isolators/all.h"

namespace podd {

namespace {

class NoNewPrivilegesIsolator final : public Isolator {
public:
    std::string_view name() const override { return "linux/nnp"; }

    void prepare(const InstanceView&, InstancePlan& plan) const override {
        for (ContainerPlan& container : plan.launch.containers)
            container.noNewPrivileges = true;
    }
};

}  // namespace

std::unique_ptr<Isolator> makeNoNewPrivilegesIsolator(const IsolationSettings&) {
    return std::make_unique<NoNewPrivilegesIsolator>();
}

}  // namespace podd
