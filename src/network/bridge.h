// SPDX-License-Identifier: LGPL-2.1-or-later
// podd's own network on this host: a bridge whose ports are the host's ends of veth(4) pairs, one for each instance, and
// address translation (nat.h). It is there while somebody is on it. Addresses are podd's affair: they come with each order.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "model/network_order.h"
#include "network/nat.h"
#include "network/netlink.h"

namespace podd {

struct BridgeSettings {
    std::string bridge = "podd0";  // name of its link
    std::string linkPrefix = kBridgeLinkPrefix;
    std::string table = "podd";             // of nftables, in the family inet
    std::string sysctl = "/proc/sys/net/";  // of the network namespace of who opens a file there
};

// The network over which a port of the host leads to an endpoint; nullptr when there is none.
const NetworkAttachment* wayTo(const EndpointBinding& endpoint, const NetworkOrder& order);

// What an order maps to its instance, over the bridge.
std::vector<PortMap> mapsOf(const NetworkOrder& order);

class Bridge {
public:
    explicit Bridge(BridgeSettings settings = {});

    // With these maps and no others, for instances whose links are there already (and no others).
    void resume(const std::vector<NetworkOrder>& orders);

    // For the links of one instance. True when the table has to be made anew.
    bool prepare(const NetworkOrder& order);

    // The links of one instance, and what leads to it; throws Error, and then some of it may be there: disconnect().
    void connect(const NetworkOrder& order, int netns);

    // What leads to it. Its links go with its namespace.
    void disconnect(const NetworkOrder& order);
    void removeLinks(const NetworkOrder& order);

    // All of the table, as it should be for these.
    void assertTable(const std::vector<NetworkOrder>& orders);

    // Once nobody is on it.
    void remove();

private:
    void makeBridge();
    bool addGateways(const NetworkAttachment& attachment);
    void forward(bool ipv6);
    void attach(const NetworkAttachment& attachment, int netns);

    BridgeSettings settings_;
    Netlink host_;
    Nat nat_;
    int bridge_ = 0;                  // index of the link; 0 = it is not there
    std::set<std::string> gateways_;  // addresses that it has, with the lengths of their prefixes
};

}  // namespace podd
