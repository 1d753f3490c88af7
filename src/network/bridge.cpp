// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/bridge.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/strings.h"
#include "model/ip_prefix.h"
#include "network/namespace.h"
#include "network/sysctl.h"

namespace podd {

namespace {

constexpr const char* kMac =
    "02:70:6f:64:64:00";  // of the bridge: else it would change with each port, and ARP with it

bool isIpv6(const std::string& address) {
    return address.find(':') != std::string::npos;
}

}  // namespace

const NetworkAttachment* wayTo(const EndpointBinding& endpoint, const NetworkOrder& order) {
    const auto leads = [&](const NetworkAttachment& each) {
        return endpoint.network.empty() ? each.isDefault : endpoint.network == each.network;
    };
    const auto way = std::find_if(order.attachments.begin(), order.attachments.end(), leads);
    return way != order.attachments.end() ? &*way : nullptr;
}

std::vector<PortMap> mapsOf(const NetworkOrder& order) {
    std::vector<PortMap> maps;
    for (const EndpointBinding& endpoint : order.endpoints) {
        const NetworkAttachment* way = wayTo(endpoint, order);
        if (way == nullptr || !way->onBridge() || endpoint.hostPort == 0 || endpoint.containerPort == 0)
            continue;
        PortMap map{.hostPort = static_cast<uint16_t>(endpoint.hostPort),
                    .containerPort = static_cast<uint16_t>(endpoint.containerPort)};
        for (const std::string& address : way->addresses)
            (isIpv6(address) ? map.ipv6 : map.ipv4) = withoutLength(address);
        for (const bool udp : {false, true}) {
            map.udp = udp;
            if (udp ? endpoint.udp : endpoint.tcp)
                maps.push_back(map);
        }
    }
    return maps;
}

Bridge::Bridge(BridgeSettings settings) : settings_(std::move(settings)), nat_(settings_.table, settings_.bridge) {}

void Bridge::makeBridge() {
    bridge_ = host_.indexOf(settings_.bridge);
    if (bridge_ != 0 && !host_.isBridge(settings_.bridge))
        throw Error(Errc::unavailable, cat("link ", quoted(settings_.bridge), ": is there, and no bridge"));
    if (bridge_ == 0) {
        host_.makeBridge(settings_.bridge, kMac);
        bridge_ = host_.indexOf(settings_.bridge);
    }
    host_.setUp(bridge_);
    // 127.0.0.1 of the host leads to pods, too; that no pod reaches the host's loopback is the table's affair.
    writeSysctl(cat(settings_.sysctl, "ipv4/conf/", settings_.bridge, "/route_localnet"), "1");
    PODD_FAILPOINT("network.bridge");
}

// A host that forwards takes no router advertisements any more, unless it is told to (kernel, networking/ip-sysctl).
void Bridge::forward(bool ipv6) {
    const std::string path = cat(settings_.sysctl, ipv6 ? "ipv6/conf/all/forwarding" : "ipv4/ip_forward");
    if (readSysctl(path) == "1")
        return;
    const std::string links = settings_.sysctl + "ipv6/conf/";
    if (ipv6)
        for (const std::string& link : listDirectory(links))
            if (const std::string accept = cat(links, link, "/accept_ra"); readSysctl(accept) == "1")
                writeSysctl(accept, "2");
    writeSysctl(path, "1");
}

// True when there was one more.
bool Bridge::addGateways(const NetworkAttachment& attachment) {
    bool added = false;
    for (size_t i = 0; i < attachment.gateways.size(); ++i) {
        const std::string& address = attachment.addresses.at(i);
        const std::string gateway = cat(attachment.gateways[i], address.substr(address.find('/')));
        if (gateways_.count(gateway) > 0)
            continue;
        host_.addAddress(bridge_, gateway);
        forward(isIpv6(gateway));
        gateways_.insert(gateway);
        added = true;
    }
    return added;
}

void Bridge::resume(const std::vector<NetworkOrder>& orders) {
    std::vector<std::string> known;
    for (const NetworkOrder& order : orders)
        for (const NetworkAttachment& each : order.attachments)
            known.push_back(each.link);
    for (const std::string& link : host_.links(settings_.linkPrefix))
        if (std::find(known.begin(), known.end(), link) == known.end())
            host_.removeLink(link);
    if (orders.empty())
        return remove();
    for (const NetworkOrder& order : orders)
        (void)prepare(order);
    assertTable(orders);
}

bool Bridge::prepare(const NetworkOrder& order) {
    bool isNew = bridge_ == 0;
    if (isNew)
        makeBridge();
    for (const NetworkAttachment& each : order.attachments)
        if (each.onBridge())
            isNew = addGateways(each) || isNew;
    return isNew;
}

void Bridge::connect(const NetworkOrder& order, int netns) {
    for (const NetworkAttachment& each : order.attachments)
        if (each.onBridge())
            within(cat("network ", quoted(each.network)), [&] { attach(each, netns); });
    PODD_FAILPOINT("network.connected");
    nat_.add(mapsOf(order));
    PODD_FAILPOINT("network.mapped");
}

void Bridge::attach(const NetworkAttachment& attachment, int netns) {
    // An address that is granted again may still have the link of who had it before: the kernel takes its time.
    if (host_.indexOf(attachment.link) != 0)
        host_.removeLink(attachment.link);
    host_.makeVeth({.host = attachment.link, .bridge = bridge_, .container = attachment.interface, .netns = netns});
    host_.setHairpin(host_.indexOf(attachment.link));
    PODD_FAILPOINT("network.veth");
    const InNetworkNamespace inside(netns);
    const Netlink instance;
    // Another pod is no router.
    writeSysctlIfExists(cat(settings_.sysctl, "ipv6/conf/", attachment.interface, "/accept_ra"), "0");
    const int link = instance.indexOf(attachment.interface);
    for (const std::string& address : attachment.addresses)
        instance.addAddress(link, address);
    instance.setUp(link);
    if (attachment.isDefault)
        for (const std::string& gateway : attachment.gateways)
            instance.addDefaultRoute(link, gateway);
}

void Bridge::disconnect(const NetworkOrder& order) {
    nat_.remove(mapsOf(order));
}

void Bridge::removeLinks(const NetworkOrder& order) {
    for (const NetworkAttachment& each : order.attachments)
        if (each.onBridge())
            host_.removeLink(each.link);
}

void Bridge::assertTable(const std::vector<NetworkOrder>& orders) {
    std::vector<PortMap> maps;
    for (const NetworkOrder& order : orders)
        for (const PortMap& map : mapsOf(order))
            maps.push_back(map);
    nat_.make({gateways_.begin(), gateways_.end()}, maps);
}

void Bridge::remove() {
    nat_.removeTable();
    host_.removeLink(settings_.bridge);
    gateways_.clear();
    bridge_ = 0;
}

}  // namespace podd
