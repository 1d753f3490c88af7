// SPDX-License-Identifier: LGPL-2.1-or-later
// Networks of every other name than podd's own, as /etc/cni/net.d describes them (Container Network Interface): plugins make
// them, run by podd-network. Whether there is such a network is found out then.
#include <algorithm>
#include <iterator>

#include "isolators/all.h"

namespace podd {

namespace {

class CniNetworkIsolator final : public Isolator {
public:
    std::string_view name() const override { return "network/cni"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        std::copy_if(view.networks.begin(), view.networks.end(), std::back_inserter(plan.launch.networks),
                     [](const NetworkAttachment& each) { return !each.onBridge(); });
    }
};

}  // namespace

std::unique_ptr<Isolator> makeCniNetworkIsolator(const IsolationSettings&) {
    return std::make_unique<CniNetworkIsolator>();
}

}  // namespace podd
