// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/networks.h"

#include "base/strings.h"
#include "model/ip_prefix.h"

namespace podd {

std::string networkName(const NetworkSpec& network, const std::string& unnamed) {
    switch (network.mode) {
        case NetworkMode::host: return "";
        case NetworkMode::bridge: return std::string(kBridgeNetwork);
        case NetworkMode::container: break;
    }
    return network.name.empty() ? unnamed : network.name;
}

std::vector<NetworkAttachment> attachmentsOf(const PodSpec& spec, const std::string& unnamed) {
    std::vector<NetworkAttachment> attachments;
    if (spec.networkMode() == NetworkMode::host)
        return attachments;
    for (const NetworkSpec& network : spec.networks) {
        NetworkAttachment attachment{.network = networkName(network, unnamed),
                                     .interface = cat("eth", attachments.size()),
                                     .isDefault = attachments.empty()};
        if (attachment.network == kNoNetwork)
            return {};
        if (attachment.network == kBridgeNetwork)
            attachment.link = kBridgeLinkPrefix;
        attachments.push_back(std::move(attachment));
    }
    return attachments;
}

std::vector<std::string> addressesOf(const std::vector<NetworkAttachment>& networks) {
    std::vector<std::string> addresses;
    for (const NetworkAttachment& network : networks)
        for (const std::string& address : network.addresses)
            addresses.push_back(withoutLength(address));
    return addresses;
}

}  // namespace podd
