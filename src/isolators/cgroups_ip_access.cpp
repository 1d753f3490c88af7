// SPDX-License-Identifier: LGPL-2.1-or-later
// With which addresses the sockets of an instance may exchange packets: linuxInfo.ipAddressAllow and ipAddressDeny, as
// IPAddressAllow= and IPAddressDeny= of systemd.resource-control(5), on the instance's slice. They are filters of the cgroup,
// so they hold on whatever network the containers are, and for every cgroup below; what is allowed wins. The executor is not
// in that slice: checks over the network are its own.
#include "isolators/all.h"
#include "model/ip_prefix.h"

namespace podd {

namespace {

IpPrefixes prefixesOf(const std::vector<std::string>& texts) {
    IpPrefixes all;
    for (const std::string& text : texts)
        for (IpPrefix& prefix : ipPrefixes(text))
            all.push_back(std::move(prefix));
    return all;
}

class IpAccessIsolator final : public Isolator {
public:
    std::string_view name() const override { return "cgroups/ip_access"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        const IpAddressAccess& access = view.spec.ipAddresses;
        if (!access.allow.empty())
            plan.slice.set("IPAddressAllow", prefixesOf(access.allow));
        if (!access.deny.empty())
            plan.slice.set("IPAddressDeny", prefixesOf(access.deny));
    }
};

}  // namespace

std::unique_ptr<Isolator> makeIpAccessIsolator(const IsolationSettings&) {
    return std::make_unique<IpAccessIsolator>();
}

}  // namespace podd
