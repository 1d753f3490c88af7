// SPDX-License-Identifier: LGPL-2.1-or-later
#include "floor_network.h"

#include <fcntl.h>
#include <net/if.h>
#include <netlink/route/link/bridge.h>
#include <netlink/route/link/veth.h>
#include <sched.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "base/error.h"
#include "base/log.h"
#include "base/strings.h"

namespace podd::bench {

namespace {

constexpr const char* kBridge = "floor0";
constexpr const char* kInside = "eth0";
constexpr const char* kGateway4 = "10.98.0.1";
constexpr const char* kGateway6 = "fd62:656e:6368::1";
constexpr int kLoopback = 1;

// Of a pod: the 16 bits after the prefix, or the last 16.
uint16_t hostPart(uint64_t number) {
    constexpr uint64_t kFirst = 2;
    return static_cast<uint16_t>(kFirst + number % (UINT16_MAX - kFirst));
}

std::string address4(uint64_t number) {
    return cat("10.98.", hostPart(number) >> 8, '.', hostPart(number) & 0xff, "/16");
}

std::string address6(uint64_t number) {
    std::array<char, 32> text{};
    (void)std::snprintf(text.data(), text.size(), "fd62:656e:6368::%x/64", hostPart(number));
    return text.data();
}

void enter(int networkNamespace) {
    if (::setns(networkNamespace, CLONE_NEWNET) < 0)
        throwErrno(errno, "setns");
}

// A connection that stays in that namespace.
Netlink openIn(int networkNamespace, int ownNamespace) {
    enter(networkNamespace);
    try {
        Netlink inside;
        enter(ownNamespace);
        return inside;
    } catch (const std::exception&) {
        enter(ownNamespace);
        throw;
    }
}

}  // namespace

FloorNetwork::FloorNetwork() : ownNamespace_(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)) {
    const Link bridge(rtnl_link_bridge_alloc());
    rtnl_link_set_name(bridge.get(), kBridge);
    rtnl_link_set_flags(bridge.get(), IFF_UP);
    // One of its own, or it changes with the ports.
    constexpr std::array<unsigned char, 6> kHardware{0x02, 'f', 'l', 'o', 'o', 'r'};
    nl_addr* hardware = nl_addr_build(AF_LLC, kHardware.data(), kHardware.size());
    rtnl_link_set_addr(bridge.get(), hardware);
    nl_addr_put(hardware);
    within(cat("make bridge ", kBridge), [&] {
        host_.addLink(bridge.get());
        host_.send();
        bridge_ = host_.indexOf(kBridge);
        host_.addAddress(bridge_, cat(kGateway4, "/16"));
        host_.addAddress(bridge_, cat(kGateway6, "/64"));
        host_.send();
    });
}

FloorNetwork::~FloorNetwork() {
    try {
        host_.removeLink(kBridge);
        host_.send();
    } catch (const std::exception& error) {
        log::error(cat("remove bridge ", kBridge, ": ", error.what()));
    }
}

void FloorNetwork::connect(uint64_t number, int networkNamespace) {
    const Link outer(rtnl_link_veth_alloc());
    const Link inner(rtnl_link_veth_get_peer(outer.get()));
    rtnl_link_set_name(outer.get(), cat("vfloor", number).c_str());
    rtnl_link_set_master(outer.get(), bridge_);
    rtnl_link_set_flags(outer.get(), IFF_UP);
    rtnl_link_set_name(inner.get(), kInside);
    rtnl_link_set_ns_fd(inner.get(), networkNamespace);
    host_.addLink(outer.get());
    host_.send();

    Netlink inside = openIn(networkNamespace, ownNamespace_.get());
    const int index = inside.indexOf(kInside);
    inside.setUp(kLoopback);
    inside.setUp(index);
    inside.addAddress(index, address4(number));
    inside.addAddress(index, address6(number));
    inside.addDefaultRoute(index, kGateway4);
    inside.addDefaultRoute(index, kGateway6);
    inside.send();
}

}  // namespace podd::bench
