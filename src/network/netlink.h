// SPDX-License-Identifier: LGPL-2.1-or-later
// Links, addresses and routes of one network namespace, by rtnetlink(7): that of the thread which makes the object, whatever
// namespace it enters afterwards. Each function is one step, and throws Error with the kernel's reason.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

struct nl_sock;

namespace podd {

struct VethPlan {
    std::string host;       // name of the end that stays; at most 15 bytes
    int bridge = 0;         // index of the bridge that it becomes a port of
    std::string container;  // name of the end that goes to `netns`
    int netns = -1;         // descriptor of a network namespace
    std::string mac;        // of that end, "02:00:00:00:00:01"; "" = the kernel's choice
};

class Netlink {
public:
    Netlink();
    ~Netlink();
    Netlink(const Netlink&) = delete;
    Netlink& operator=(const Netlink&) = delete;

    int indexOf(const std::string& link) const;  // 0 = there is none
    std::vector<std::string> links(const std::string& prefix) const;
    bool isBridge(const std::string& link) const;

    void makeBridge(const std::string& name, const std::string& mac) const;
    void makeVeth(const VethPlan& plan) const;
    void removeLink(const std::string& name) const;  // one that is not there is no error
    void setUp(int link) const;
    // A port of a bridge lets out again what has come in by it: where bridges call iptables, translation needs that.
    void setHairpin(int link) const;

    // "10.213.0.1/16"; usable at once, without the detection of duplicates. One that is there already is no error.
    void addAddress(int link, const std::string& address) const;
    // Of the family of the gateway.
    void addDefaultRoute(int link, const std::string& gateway) const;

private:
    struct Close {
        void operator()(nl_sock* socket) const;
    };
    std::unique_ptr<nl_sock, Close> socket_;
};

}  // namespace podd
