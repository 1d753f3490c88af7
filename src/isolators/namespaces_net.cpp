// SPDX-License-Identifier: LGPL-2.1-or-later
// A network namespace for each instance of a pod that is not on the host's network (network_namespaces(7)): its containers
// share a loopback interface, ports, and abstract UNIX sockets, with each other and with nobody else. No two pods are in each
// other's way, whatever ports they listen on. On the network "none" that is all there is; others add interfaces to it.
#include <map>
#include <optional>

#include "base/file.h"
#include "base/strings.h"
#include "core/hosts.h"
#include "core/networks.h"
#include "isolators/all.h"

namespace podd {

namespace {

// The host's resolv.conf(5) as it is of use in another network namespace; nothing when the host has none.
std::optional<std::string> resolver() {
    std::optional<std::string> text = readFileIfExists("/etc/resolv.conf");
    if (text && onlyLoopback(*text))
        text = readFileIfExists("/run/systemd/resolve/resolv.conf").value_or(*text);
    return text ? std::optional(resolverText(*text)) : std::nullopt;
}

// Files of the instance in the place of the host's /etc/hosts and /etc/resolv.conf.
void addNames(const InstanceView& view, InstancePlan& plan) {
    HostsFacts facts{.id = view.id, .hostname = plan.launch.hostname, .addresses = addressesOf(view.networks)};
    for (const ContainerPlan& container : plan.launch.containers)
        facts.containers.push_back(container.name);
    const auto add = [&](const std::string& path, const std::string& target, std::string content) {
        plan.launch.files.push_back({path, std::move(content)});
        for (ContainerPlan& container : plan.launch.containers)
            if (container.mountNamespace)
                container.mounts.push_back({.source = path, .target = target, .readOnly = true});
    };
    add(hostsFileOf(plan.launch.sandbox), "/etc/hosts", hostsText(facts));
    if (std::optional<std::string> text = resolver())
        add(resolverFileOf(plan.launch.sandbox), "/etc/resolv.conf", *std::move(text));
}

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
        if (view.spec.networkMode() == NetworkMode::host)
            return;
        plan.launch.networkNamespace = true;
        addNames(view, plan);
    }

private:
    const IsolationSettings& settings_;
};

}  // namespace

std::unique_ptr<Isolator> makeNetworkNamespaceIsolator(const IsolationSettings& settings) {
    return std::make_unique<NetworkNamespaceIsolator>(settings);
}

}  // namespace podd
