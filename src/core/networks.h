// SPDX-License-Identifier: LGPL-2.1-or-later
// Which networks an instance is on, by its definition: names resolved, interfaces named.
#pragma once

#include <string>
#include <vector>

#include "model/network_order.h"
#include "model/pod_spec.h"

namespace podd {

// The network that podd makes itself, a bridge; container networks of every other name are CNI's.
constexpr std::string_view kBridgeNetwork = "podd";

// The name of a network of a definition; `unnamed` is what container networks without a name are on. "" = the host's.
std::string networkName(const NetworkSpec& network, const std::string& unnamed);

// In the order of the definition, without what is granted at the launch: addresses, and the number of a link of podd's own
// bridge. None for the host's network and for "none".
std::vector<NetworkAttachment> attachmentsOf(const PodSpec& spec, const std::string& unnamed);

// On all of them, in their order, without the lengths of prefixes.
std::vector<std::string> addressesOf(const std::vector<NetworkAttachment>& networks);

}  // namespace podd
