// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/port_check.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

#include "base/error.h"
#include "base/fd.h"
#include "base/strings.h"

namespace podd {

namespace {

// A socket of this process with a port that the kernel has chosen.
struct Taken {
    Taken(int family, int type) : socket(::socket(family, type | SOCK_CLOEXEC, 0)) {
        sockaddr_storage address{};
        address.ss_family = static_cast<sa_family_t>(family);
        socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
        usable = ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                 (type != SOCK_STREAM || ::listen(socket.get(), 1) == 0);
        ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
        port = ntohs(family == AF_INET ? reinterpret_cast<sockaddr_in*>(&address)->sin_port
                                       : reinterpret_cast<sockaddr_in6*>(&address)->sin6_port);
    }
    UniqueFd socket;
    uint64_t port = 0;
    bool usable = false;
};

std::string refusalOf(uint64_t port, bool tcp, bool udp) {
    LaunchPlan plan;
    plan.endpoints = {{"c", "none", true, true, 0, 8080}, {"c", "web", tcp, udp, port, 0}};
    try {
        refuseTakenPorts(plan, "/sys/fs/cgroup");
        return "";
    } catch (const Error& error) {
        return error.what();
    }
}

TEST(PortCheck, APortThatSomebodyListensAtIsTaken) {
    for (const int family : {AF_INET, AF_INET6})
        for (const auto& [type, name] : {std::pair(SOCK_STREAM, "tcp"), std::pair(SOCK_DGRAM, "udp")}) {
            const Taken taken(family, type);
            if (!taken.usable)
                continue;  // a host without IPv6
            const bool tcp = type == SOCK_STREAM;
            const std::string expected = cat("endpoint 'web': port ", taken.port, '/', name, " is held by ");
            EXPECT_TRUE(refusalOf(taken.port, tcp, !tcp).starts_with(expected)) << refusalOf(taken.port, tcp, !tcp);
            EXPECT_EQ(refusalOf(taken.port, !tcp, tcp), "") << "the other protocol is free";
        }
}

TEST(PortCheck, APortIsFreeOnceItsSocketIsClosed) {
    Taken taken(AF_INET, SOCK_STREAM);
    ASSERT_NE(refusalOf(taken.port, true, true), "");
    taken.socket.reset();
    EXPECT_EQ(refusalOf(taken.port, true, true), "");
}

}  // namespace

}  // namespace podd
