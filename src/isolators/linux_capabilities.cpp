// SPDX-License-Identifier: LGPL-2.1-or-later
// What root in a container may do of what root can do (capabilities(7)): the setting capabilities is the bounding set of
// every container, so nothing beyond it can be gained, and what a container that runs as root has. One that runs as
// another user has none. Inheritable and ambient sets are empty.
#include "isolators/all.h"

namespace podd {

namespace {

class CapabilitiesIsolator final : public Isolator {
public:
    explicit CapabilitiesIsolator(const IsolationSettings& settings) : settings_(settings) {}

    std::string_view name() const override { return "linux/capabilities"; }

    void prepare(const InstanceView&, InstancePlan& plan) const override {
        for (ContainerPlan& container : plan.launch.containers) {
            container.restrictCapabilities = true;
            container.capabilities = settings_.capabilities;
        }
    }

private:
    const IsolationSettings& settings_;
};

}  // namespace

std::unique_ptr<Isolator> makeCapabilitiesIsolator(const IsolationSettings& settings) {
    return std::make_unique<CapabilitiesIsolator>(settings);
}

}  // namespace podd
