// SPDX-License-Identifier: LGPL-2.1-or-later
// The little of rtnetlink that the benchmark needs. Requests are collected and go to the kernel in one message.
#pragma once

#include <netlink/route/link.h>

#include <memory>
#include <string>

struct nl_msg;
struct nl_sock;

namespace podd::bench {

struct NetlinkDeleter {
    void operator()(nl_sock* p) const;
    void operator()(nl_msg* p) const;
    void operator()(rtnl_link* p) const;
};
using Link = std::unique_ptr<rtnl_link, NetlinkDeleter>;

class Netlink {
public:
    Netlink();  // speaks to the network namespace that the caller is in, also when that leaves it

    void addLink(rtnl_link* link);
    void setUp(int index);
    void addAddress(int index, const std::string& address);  // with the length of its prefix
    void addDefaultRoute(int index, const std::string& gateway);
    void removeLink(const std::string& name);
    void send();  // and waits for the answers; throws what the kernel says to the first request that it refuses

    int indexOf(const std::string& name);  // 0: there is none

private:
    void add(int built, nl_msg* request);

    std::unique_ptr<nl_sock, NetlinkDeleter> socket_;
    std::string requests_;
    int count_ = 0;
};

}  // namespace podd::bench
