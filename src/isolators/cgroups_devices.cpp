// SPDX-License-Identifier: LGPL-2.1-or-later
// Which devices a container can open, whatever nodes it has or makes: those that are nobody's (DevicePolicy=closed of
// systemd.resource-control(5): null, zero, full, random, urandom, tty, terminals) and those of the setting
// allowed-devices. The rule stands on the instance's slice and holds for every cgroup below it.
#include "isolators/all.h"

namespace podd {

namespace {

class DevicesIsolator final : public Isolator {
public:
    explicit DevicesIsolator(const IsolationSettings& settings) : settings_(settings) {}

    std::string_view name() const override { return "cgroups/devices"; }

    void prepare(const InstanceView&, InstancePlan& plan) const override {
        plan.slice.set("DevicePolicy", std::string("closed"));
        std::vector<std::pair<std::string, std::string>> allowed;
        for (const AllowedDevice& device : settings_.devices)
            allowed.emplace_back(device.path, device.access);
        if (!allowed.empty())
            plan.slice.set("DeviceAllow", std::move(allowed));
    }

private:
    const IsolationSettings& settings_;
};

}  // namespace

std::unique_ptr<Isolator> makeDevicesIsolator(const IsolationSettings& settings) {
    return std::make_unique<DevicesIsolator>(settings);
}

}  // namespace podd
