// SPDX-License-Identifier: LGPL-2.1-or-later
// podd's own network, "podd": a bridge on the host that is there while somebody is on it, with an address of IPv4 and of
// IPv6 for each instance, address translation on the way out, and ports of the host that lead in. podd-network makes it.
#include <algorithm>
#include <iterator>

#include "isolators/all.h"

namespace podd {

namespace {

class BridgeNetworkIsolator final : public Isolator {
public:
    std::string_view name() const override { return "network/bridge"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        std::copy_if(view.networks.begin(), view.networks.end(), std::back_inserter(plan.launch.networks),
                     [](const NetworkAttachment& each) { return each.onBridge(); });
    }
};

}  // namespace

std::unique_ptr<Isolator> makeBridgeNetworkIsolator(const IsolationSettings&) {
    return std::make_unique<BridgeNetworkIsolator>();
}

}  // namespace podd
