// SPDX-License-Identifier: LGPL-2.1-or-later
// A network namespace for each instance of a pod that is not on the host's network (network_namespaces(7)): its containers
// share a loopback interface, ports, and abstract UNIX sockets, with each other and with nobody else. No two pods are in each
// other's way, whatever ports they listen on. On the network "none" that is all there is; others add interfaces to it.
#include <map>

#include "base/strings.h"
#include "core/networks.h"
#include "isolators/all.h"

namespace podd {

namespace {

class NetworkNamespaceIsolator final : public Isolator {
public:
    explicit NetworkNamespaceIsolator(const IsolationSettings& settings) : settings_(settings) {}

    std::string_view name() const override { return "namespaces/net"; }

    // A network without a name is one that may have been named as well.
    void check(const PodSpec& spec, std::vector<Problem>& problems) const override {
        std::map<std::string, size_t> seen;
        for (size_t i = 0; i < spec.networks.size(); ++i) {
            const std::string name = networkName(spec.networks[i], settings_.defaultNetwork);
            const auto [first, isNew] = seen.try_emplace(name, i);
            if (!isNew)
                problems.push_back({.pointer = cat("/networks/", i),
                                    .what = cat("is the network ", quoted(name), ", as is /networks/", first->second,
                                                " (default-network of podd.conf)")});
        }
    }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        plan.launch.networkNamespace = view.spec.networkMode() != NetworkMode::host;
    }

private:
    const IsolationSettings& settings_;
};

}  // namespace

std::unique_ptr<Isolator> makeNetworkNamespaceIsolator(const IsolationSettings& settings) {
    return std::make_unique<NetworkNamespaceIsolator>(settings);
}

}  // namespace podd
