// SPDX-License-Identifier: LGPL-2.1-or-later
// A network namespace for each instance of a pod whose network is "none" (network_namespaces(7)): its containers share a
// loopback interface, ports, and abstract UNIX sockets, with each other and with nobody else. No two pods are in each
// other's way, whatever ports they listen on.
#include "isolators/all.h"

namespace podd {

namespace {

class NetworkNamespaceIsolator final : public Isolator {
public:
    std::string_view name() const override { return "namespaces/net"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        plan.launch.networkNamespace = view.spec.hasNoNetwork();
    }
};

}  // namespace

std::unique_ptr<Isolator> makeNetworkNamespaceIsolator(const IsolationSettings&) {
    return std::make_unique<NetworkNamespaceIsolator>();
}

}  // namespace podd
