// SPDX-License-Identifier: LGPL-2.1-or-later
#include "netlink.h"

#include <linux/if_addr.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/route.h>

#include "base/error.h"
#include "base/strings.h"

namespace podd::bench {

namespace {

constexpr size_t kAnswerSize = 16384;  // one is given, or libnl asks for the size of each

struct Deleter {
    void operator()(nl_addr* p) const { nl_addr_put(p); }
    void operator()(rtnl_addr* p) const { rtnl_addr_put(p); }
    void operator()(rtnl_route* p) const { rtnl_route_put(p); }
};
using Address = std::unique_ptr<nl_addr, Deleter>;

void check(int result, const std::string& what) {
    if (result < 0)
        throw Error(Errc::internal, cat(what, ": ", nl_geterror(-result)));
}

Address parse(const std::string& text, int family = AF_UNSPEC) {
    nl_addr* address = nullptr;
    check(nl_addr_parse(text.c_str(), family, &address), cat("address ", quoted(text)));
    return Address(address);
}

}  // namespace

void NetlinkDeleter::operator()(nl_sock* p) const {
    nl_socket_free(p);
}

void NetlinkDeleter::operator()(nl_msg* p) const {
    nlmsg_free(p);
}

void NetlinkDeleter::operator()(rtnl_link* p) const {
    rtnl_link_put(p);
}

Netlink::Netlink() : socket_(nl_socket_alloc()) {
    check(nl_connect(socket_.get(), NETLINK_ROUTE), "connect to the kernel's routing");
    check(nl_socket_set_msg_buf_size(socket_.get(), kAnswerSize), "netlink buffer");
}

void Netlink::add(int built, nl_msg* request) {
    check(built, "build netlink request");
    const std::unique_ptr<nl_msg, NetlinkDeleter> owned(request);
    nl_complete_msg(socket_.get(), request);
    const nlmsghdr* header = nlmsg_hdr(request);
    requests_.append(reinterpret_cast<const char*>(header), header->nlmsg_len);
    requests_.resize(NLMSG_ALIGN(requests_.size()));
    ++count_;
}

void Netlink::addLink(rtnl_link* link) {
    nl_msg* request = nullptr;
    const int built = rtnl_link_build_add_request(link, NLM_F_CREATE | NLM_F_EXCL, &request);
    add(built, request);
}

void Netlink::setUp(int index) {
    const Link link(rtnl_link_alloc());
    const Link change(rtnl_link_alloc());
    rtnl_link_set_ifindex(link.get(), index);
    rtnl_link_set_flags(change.get(), IFF_UP);
    nl_msg* request = nullptr;
    const int built = rtnl_link_build_change_request(link.get(), change.get(), 0, &request);
    add(built, request);
}

void Netlink::addAddress(int index, const std::string& address) {
    const Address parsed = parse(address);
    const std::unique_ptr<rtnl_addr, Deleter> wanted(rtnl_addr_alloc());
    rtnl_addr_set_ifindex(wanted.get(), index);
    check(rtnl_addr_set_local(wanted.get(), parsed.get()), address);
    if (nl_addr_get_family(parsed.get()) == AF_INET6)
        rtnl_addr_set_flags(wanted.get(), IFA_F_NODAD);  // whoever gives the addresses knows that nobody has it
    nl_msg* request = nullptr;
    const int built = rtnl_addr_build_add_request(wanted.get(), NLM_F_EXCL, &request);
    add(built, request);
}

void Netlink::addDefaultRoute(int index, const std::string& gateway) {
    const Address via = parse(gateway);
    const int family = nl_addr_get_family(via.get());
    const Address everything = parse("default", family);
    const std::unique_ptr<rtnl_route, Deleter> route(rtnl_route_alloc());
    check(rtnl_route_set_family(route.get(), static_cast<uint8_t>(family)), "route");
    check(rtnl_route_set_dst(route.get(), everything.get()), "route");
    rtnl_nexthop* hop = rtnl_route_nh_alloc();
    rtnl_route_nh_set_ifindex(hop, index);
    rtnl_route_nh_set_gateway(hop, via.get());
    rtnl_route_add_nexthop(route.get(), hop);  // which owns it now
    nl_msg* request = nullptr;
    const int built = rtnl_route_build_add_request(route.get(), NLM_F_EXCL, &request);
    add(built, request);
}

void Netlink::removeLink(const std::string& name) {
    const Link link(rtnl_link_alloc());
    rtnl_link_set_name(link.get(), name.c_str());
    nl_msg* request = nullptr;
    const int built = rtnl_link_build_delete_request(link.get(), &request);
    add(built, request);
}

void Netlink::send() {
    check(nl_sendto(socket_.get(), requests_.data(), requests_.size()), "send to the kernel's routing");
    requests_.clear();
    for (int number = 1, all = std::exchange(count_, 0); number <= all; ++number)
        check(nl_wait_for_ack(socket_.get()), cat("netlink request ", number, " of ", all));
}

int Netlink::indexOf(const std::string& name) {
    rtnl_link* found = nullptr;
    const int result = rtnl_link_get_kernel(socket_.get(), 0, name.c_str(), &found);
    if (result == -NLE_NODEV || result == -NLE_OBJ_NOTFOUND)
        return 0;
    check(result, cat("look for ", quoted(name)));
    return rtnl_link_get_ifindex(Link(found).get());
}

}  // namespace podd::bench
