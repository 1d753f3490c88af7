// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/endpoints.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "base/error.h"

namespace podd {

namespace {

PodSpec specOf(NetworkMode mode, std::vector<Endpoint> endpoints) {
    PodSpec spec;
    spec.id = "/web";
    spec.networks = {{.mode = mode}};
    spec.containers = {{.name = "c", .endpoints = std::move(endpoints)}};
    return spec;
}

TEST(Endpoints, TheProtocolsSayWhichTransports) {
    const auto of = [](std::vector<std::string> protocols) {
        const Transports found = transportsOf({.name = "x", .protocols = std::move(protocols)});
        return std::pair(found.tcp, found.udp);
    };
    EXPECT_EQ(of({}), std::pair(true, false));
    EXPECT_EQ(of({"tcp"}), std::pair(true, false));
    EXPECT_EQ(of({"HTTP"}), std::pair(true, false));
    EXPECT_EQ(of({"udp"}), std::pair(false, true));
    EXPECT_EQ(of({"UDP", "https"}), std::pair(true, true));
    EXPECT_EQ(of({"udp,tcp"}), std::pair(true, true));
    EXPECT_EQ(of({"udpx"}), std::pair(true, false));
}

TEST(Endpoints, WhatIsLeftOpenIsGranted) {
    const Endpoint open{.name = "x"}, zero{.name = "x", .hostPort = uint16_t{0}},
        fixed{.name = "x", .hostPort = uint16_t{80}};
    EXPECT_TRUE(wantsGrant(specOf(NetworkMode::host, {}), open));
    EXPECT_TRUE(wantsGrant(specOf(NetworkMode::host, {}), zero));
    EXPECT_FALSE(wantsGrant(specOf(NetworkMode::host, {}), fixed));
    EXPECT_FALSE(wantsGrant(specOf(NetworkMode::container, {}), open)) << "is reached on its network alone";
    EXPECT_TRUE(wantsGrant(specOf(NetworkMode::container, {}), zero));
}

TEST(Endpoints, AreBoundToWhatTheyWereGranted) {
    const PodSpec spec =
        specOf(NetworkMode::host, {{.name = "a"}, {.name = "b", .hostPort = uint16_t{80}, .protocols = {"udp"}}});
    const std::vector<EndpointBinding> bound = bindingsOf(spec, {{"a", 31007}});
    ASSERT_EQ(bound.size(), 2U);
    EXPECT_EQ(bound[0], (EndpointBinding{"c", "a", true, false, 31007, 0}));
    EXPECT_EQ(bound[1], (EndpointBinding{"c", "b", false, true, 80, 0}));
    EXPECT_EQ(reachedAt(bound[0]), 31007U);
    EXPECT_EQ(reachedAt({"c", "x", true, false, 31000, 8080}), 8080U) << "its own network has the container's port";
    EXPECT_EQ(reachedAt(bindingsOf(spec, {})[0]), 0U);
}

TEST(PortRange, IsReadAndWritten) {
    EXPECT_EQ(parsePortRange("31000-32000"), PortRange{});
    EXPECT_EQ(parsePortRange("80"), (PortRange{80, 80}));
    EXPECT_EQ(portRangeText(parsePortRange("1-65535")), "1-65535");
    for (const char* wrong : {"", "-", "0-10", "10-9", "1-65536", "a-b", "1-2-3", " 1-2", "1-"}) {
        try {
            parsePortRange(wrong);
            ADD_FAILURE() << wrong;
        } catch (const Error& error) {
            EXPECT_NE(std::string(error.what()).find("is no range of ports: write FIRST-LAST"), std::string::npos);
        }
    }
}

}  // namespace

}  // namespace podd
