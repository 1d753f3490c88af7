// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/address_grants.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "base/strings.h"
#include "core/networks.h"

namespace podd {

namespace {

constexpr uint64_t kHost = 1;
constexpr uint64_t kFirst = 2;

std::string numberOf(const NetworkAttachment& attachment) {
    return attachment.link.substr(std::string_view(kBridgeLinkPrefix).size());
}

}  // namespace

AddressGrants::AddressGrants(const std::string& runDirectory, const NetworkConfig& network)
    : leases_(cat(runDirectory, "/addresses")), next_(kFirst) {
    last_ = UINT64_MAX;
    for (const std::optional<Subnet>& subnet : {network.ipv4, network.ipv6})
        if (subnet) {
            subnets_.push_back(*subnet);
            last_ = std::min(last_, subnet->last());
        }
}

void AddressGrants::complete(NetworkAttachment& attachment, uint64_t number) const {
    attachment.link = cat(kBridgeLinkPrefix, number);
    for (const Subnet& subnet : subnets_) {
        attachment.addresses.push_back(subnet.addressWithLength(number));
        attachment.gateways.push_back(subnet.address(kHost));
    }
}

uint64_t AddressGrants::take(const InstanceId& id) {
    for (uint64_t tried = kFirst; tried <= last_; ++tried) {
        const uint64_t number = next_;
        next_ = number == last_ ? kFirst : number + 1;
        const std::string owner = leases_.ownerOf(cat(number));
        if (owner.empty() && leases_.take(cat(number), id.escaped()))
            return number;
    }
    throw Error(Errc::unavailable, cat("network ", quoted(kBridgeNetwork), ": no address is free"));
}

void AddressGrants::grant(const InstanceId& id, std::vector<NetworkAttachment>& attachments) {
    for (NetworkAttachment& attachment : attachments)
        if (attachment.onBridge())
            complete(attachment, take(id));
}

void AddressGrants::keep(const InstanceId& id, const std::vector<NetworkAttachment>& attachments) {
    for (const NetworkAttachment& attachment : attachments) {
        if (!attachment.onBridge())
            continue;
        (void)leases_.take(numberOf(attachment), id.escaped());
        if (const auto number = parseUnsigned(numberOf(attachment)); number && *number >= next_ && *number < last_)
            next_ = *number + 1;
    }
}

void AddressGrants::release(const InstanceId& id) {
    leases_.release(id.escaped());
}

void AddressGrants::sweep(const std::function<bool(const InstanceId&)>& isKnown) {
    leases_.sweep(isKnown);
}

}  // namespace podd
