// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/netlink.h"

#include <linux/if_addr.h>
#include <net/if.h>
#include <netlink/errno.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/bridge.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/route.h>
#include <netlink/socket.h>

#include "base/error.h"
#include "base/strings.h"

namespace podd {

namespace {

template <typename T, auto Put>
struct PutAway {
    void operator()(T* object) const { Put(object); }
};
using Link = std::unique_ptr<rtnl_link, PutAway<rtnl_link, rtnl_link_put>>;
using Address = std::unique_ptr<nl_addr, PutAway<nl_addr, nl_addr_put>>;
using LinkAddress = std::unique_ptr<rtnl_addr, PutAway<rtnl_addr, rtnl_addr_put>>;
using Route = std::unique_ptr<rtnl_route, PutAway<rtnl_route, rtnl_route_put>>;
using Cache = std::unique_ptr<nl_cache, PutAway<nl_cache, nl_cache_free>>;

void check(int result, const std::string& what) {
    if (result < 0)
        throw Error(Errc::internal, cat(what, ": ", nl_geterror(result)));
}

template <typename T>
T* found(T* object, const std::string& what) {
    if (object == nullptr)
        throw Error(Errc::internal, cat(what, ": out of memory"));
    return object;
}

Address parsed(const std::string& text, int family) {
    nl_addr* address = nullptr;
    check(nl_addr_parse(text.c_str(), family, &address), cat("address ", quoted(text)));
    return Address(address);
}

// Nothing when there is no such link.
Link linkOf(nl_sock* socket, const std::string& name) {
    rtnl_link* link = nullptr;
    const int result = rtnl_link_get_kernel(socket, 0, name.c_str(), &link);
    if (result == -NLE_NODEV || result == -NLE_OBJ_NOTFOUND)
        return nullptr;
    check(result, cat("link ", quoted(name)));
    return Link(link);
}

}  // namespace

void Netlink::Close::operator()(nl_sock* socket) const {
    nl_socket_free(socket);
}

Netlink::Netlink() : socket_(found(nl_socket_alloc(), "netlink")) {
    check(nl_connect(socket_.get(), NETLINK_ROUTE), "netlink");
}

Netlink::~Netlink() = default;

int Netlink::indexOf(const std::string& link) const {
    const Link present = linkOf(socket_.get(), link);
    return present ? rtnl_link_get_ifindex(present.get()) : 0;
}

bool Netlink::isBridge(const std::string& link) const {
    const Link present = linkOf(socket_.get(), link);
    return present && rtnl_link_is_bridge(present.get()) != 0;
}

std::vector<std::string> Netlink::links(const std::string& prefix) const {
    nl_cache* all = nullptr;
    check(rtnl_link_alloc_cache(socket_.get(), AF_UNSPEC, &all), "links");
    const Cache cache(all);
    std::vector<std::string> names;
    for (nl_object* each = nl_cache_get_first(all); each != nullptr; each = nl_cache_get_next(each))
        if (const std::string name = rtnl_link_get_name(reinterpret_cast<rtnl_link*>(each)); name.starts_with(prefix))
            names.push_back(name);
    return names;
}

void Netlink::makeBridge(const std::string& name, const std::string& mac) const {
    const Link link(found(rtnl_link_bridge_alloc(), "bridge"));
    rtnl_link_set_name(link.get(), name.c_str());
    rtnl_link_set_addr(link.get(), parsed(mac, AF_LLC).get());
    check(rtnl_link_add(socket_.get(), link.get(), NLM_F_CREATE | NLM_F_EXCL), cat("bridge ", quoted(name)));
}

void Netlink::makeVeth(const VethPlan& plan) const {
    const Link link(found(rtnl_link_veth_alloc(), "veth"));
    const Link peer(rtnl_link_veth_get_peer(link.get()));
    rtnl_link_set_name(link.get(), plan.host.c_str());
    rtnl_link_set_master(link.get(), plan.bridge);
    rtnl_link_set_flags(link.get(), IFF_UP);
    rtnl_link_set_name(peer.get(), plan.container.c_str());
    rtnl_link_set_ns_fd(peer.get(), plan.netns);
    if (!plan.mac.empty())
        rtnl_link_set_addr(peer.get(), parsed(plan.mac, AF_LLC).get());
    check(rtnl_link_add(socket_.get(), link.get(), NLM_F_CREATE | NLM_F_EXCL), cat("link ", quoted(plan.host)));
}

void Netlink::removeLink(const std::string& name) const {
    const Link link(found(rtnl_link_alloc(), "link"));
    rtnl_link_set_name(link.get(), name.c_str());
    const int result = rtnl_link_delete(socket_.get(), link.get());
    if (result != -NLE_NODEV && result != -NLE_OBJ_NOTFOUND)
        check(result, cat("link ", quoted(name), ": remove"));
}

void Netlink::setUp(int link) const {
    const Link now(found(rtnl_link_alloc(), "link"));
    const Link wanted(found(rtnl_link_alloc(), "link"));
    rtnl_link_set_ifindex(now.get(), link);
    rtnl_link_set_flags(wanted.get(), IFF_UP);
    check(rtnl_link_change(socket_.get(), now.get(), wanted.get(), 0), "link: set up");
}

void Netlink::setHairpin(int link) const {
    const Link now(found(rtnl_link_alloc(), "link"));
    const Link wanted(found(rtnl_link_alloc(), "link"));
    for (rtnl_link* each : {now.get(), wanted.get()}) {
        rtnl_link_set_family(each, AF_BRIDGE);
        rtnl_link_set_ifindex(each, link);
    }
    check(rtnl_link_bridge_set_flags(wanted.get(), RTNL_BRIDGE_HAIRPIN_MODE), "link: hairpin mode");
    check(rtnl_link_change(socket_.get(), now.get(), wanted.get(), 0), "link: hairpin mode");
}

void Netlink::addAddress(int link, const std::string& address) const {
    const LinkAddress added(found(rtnl_addr_alloc(), "address"));
    rtnl_addr_set_ifindex(added.get(), link);
    check(rtnl_addr_set_local(added.get(), parsed(address, AF_UNSPEC).get()), cat("address ", quoted(address)));
    rtnl_addr_set_flags(added.get(), IFA_F_NODAD);
    check(rtnl_addr_add(socket_.get(), added.get(), NLM_F_CREATE | NLM_F_REPLACE), cat("address ", quoted(address)));
}

void Netlink::addDefaultRoute(int link, const std::string& gateway) const {
    const Address via = parsed(gateway, AF_UNSPEC);
    const Route route(found(rtnl_route_alloc(), "route"));
    rtnl_route_set_family(route.get(), static_cast<uint8_t>(nl_addr_get_family(via.get())));
    rtnl_route_set_dst(route.get(), parsed("default", nl_addr_get_family(via.get())).get());
    rtnl_nexthop* const hop = found(rtnl_route_nh_alloc(), "route");
    rtnl_route_nh_set_ifindex(hop, link);
    rtnl_route_nh_set_gateway(hop, via.get());
    rtnl_route_add_nexthop(route.get(), hop);  // owns it from here on
    check(rtnl_route_add(socket_.get(), route.get(), NLM_F_CREATE), cat("default route over ", quoted(gateway)));
}

}  // namespace podd
