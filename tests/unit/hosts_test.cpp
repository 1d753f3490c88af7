// SPDX-License-Identifier: LGPL-2.1-or-later
// What pods are called, and the texts that say so to the host and to their containers.
#include "core/hosts.h"

#include <gtest/gtest.h>

#include <string>

namespace podd {

namespace {

constexpr const char* kHeader = "# Pods and their instances, by podd; see nss-podd(8)\n";
constexpr const char* kLoopback =
    "127.0.0.1 localhost\n"
    "::1 localhost ip6-localhost ip6-loopback\n"
    "ff02::1 ip6-allnodes\n"
    "ff02::2 ip6-allrouters\n";

TEST(Hosts, TheNameOfAPodIsItsIdBackwards) {
    EXPECT_EQ(podDomain("/web"), "web.podd.internal");
    EXPECT_EQ(podDomain("/prod/web"), "web.prod.podd.internal");
    EXPECT_EQ(podDomain("/a/b-1/c.d"), "c.d.b-1.a.podd.internal");
    EXPECT_EQ(instanceDomain({"/prod/web", 3}), "3.web.prod.podd.internal");
    EXPECT_LE(instanceDomain({"/" + std::string(kMaxIdLength - 1, 'a'), UINT64_MAX}).size(), 253U) << "RFC 1035";
}

TEST(Hosts, NamesAreSortedByPodAndNumber) {
    EXPECT_EQ(namesText({}), kHeader);
    EXPECT_EQ(namesText({{{"/web", 10}, {"10.0.0.10"}},
                         {{"/prod/db", 1}, {"10.0.0.1", "fd00::1"}},
                         {{"/nothing", 1}, {}},
                         {{"/web", 9}, {"10.0.0.9"}}}),
              std::string(kHeader) +
                  "10.0.0.1 1.db.prod.podd.internal db.prod.podd.internal\n"
                  "fd00::1 1.db.prod.podd.internal db.prod.podd.internal\n"
                  "10.0.0.9 9.web.podd.internal web.podd.internal\n"
                  "10.0.0.10 10.web.podd.internal web.podd.internal\n");
}

TEST(Hosts, ANameIsThereOnceWithEachOfItsAddresses) {
    EXPECT_EQ(namesText({{{"/web", 1}, {"10.0.0.1", "10.0.0.1"}}, {{"/web", 2}, {"10.0.0.1"}}}),
              std::string(kHeader) + "10.0.0.1 1.web.podd.internal web.podd.internal\n10.0.0.1 2.web.podd.internal\n");
    EXPECT_EQ(namesText({{{"/a/1/b", 1}, {"10.0.0.1"}}, {{"/a/b.1", 1}, {"10.0.0.1"}}}),
              std::string(kHeader) + "10.0.0.1 1.b.1.a.podd.internal b.1.a.podd.internal\n")
        << "two pods of one name";
}

TEST(Hosts, LinesAreNoLongerThanPromised) {
    const std::string text = namesText(
        {{{"/" + std::string(kMaxIdLength - 1, 'a'), UINT64_MAX}, {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}}});
    EXPECT_LT(text.size() - std::string(kHeader).size(), 600U);
}

TEST(Hosts, AContainerKnowsItselfAndItsNeighbours) {
    EXPECT_EQ(hostsText({.id = {"/prod/web", 3},
                         .hostname = "prod-web",
                         .addresses = {"10.0.0.3", "fd00::3"},
                         .containers = {"nginx", "log"}}),
              std::string("# Instance /prod/web.3, by podd\n") + kLoopback +
                  "10.0.0.3 3.web.prod.podd.internal web.prod.podd.internal prod-web\n"
                  "fd00::3 3.web.prod.podd.internal web.prod.podd.internal prod-web\n"
                  "127.0.0.1 nginx\n::1 nginx\n127.0.0.1 log\n::1 log\n");
}

TEST(Hosts, WithoutAddressesAndAHostnameItIsOnLoopback) {
    EXPECT_EQ(
        hostsText({.id = {"/web", 1}, .hostname = "", .addresses = {}, .containers = {}}),
        std::string("# Instance /web.1, by podd\n") + kLoopback + "127.0.0.1 1.web.podd.internal web.podd.internal\n");
}

TEST(Hosts, AContainerTakesNobodysName) {
    EXPECT_EQ(hostsText({.id = {"/web", 1},
                         .hostname = "web",
                         .addresses = {"10.0.0.1"},
                         .containers = {"web", "localhost", "ip6-allnodes", "side", "side"}}),
              std::string("# Instance /web.1, by podd\n") + kLoopback +
                  "10.0.0.1 1.web.podd.internal web.podd.internal web\n127.0.0.1 side\n::1 side\n");
    EXPECT_EQ(
        hostsText(
            {.id = {"/localhost", 1}, .hostname = "localhost", .addresses = {"10.0.0.1"}, .containers = {"localhost"}}),
        std::string("# Instance /localhost.1, by podd\n") + kLoopback +
            "10.0.0.1 1.localhost.podd.internal localhost.podd.internal\n");
}

TEST(Hosts, NameServersOnLoopbackAreLeftOut) {
    EXPECT_EQ(resolverText("# by hand\n"
                           "nameserver 127.0.0.53\n"
                           "nameserver 192.0.2.1\n"
                           "search example.org\n"
                           "nameserver\t::1 # local\r\n"
                           "\n"
                           "nameserver  2001:db8::1\n"
                           "options edns0 trust-ad\n"
                           "nameserver fe80::1%eth0\n"
                           "sortlist 127.0.0.1"),
              "# by hand\n"
              "nameserver 192.0.2.1\n"
              "search example.org\n"
              "\n"
              "nameserver  2001:db8::1\n"
              "options edns0 trust-ad\n"
              "nameserver fe80::1%eth0\n"
              "sortlist 127.0.0.1");
    for (const char* same : {"", "\n", "nameserver", "nameserver\n", "nameserver  \n", "nameservers 127.0.0.1\n",
                             " nameserver 127.0.0.1\n", "#nameserver 127.0.0.1\n", "nameserver 128.0.0.1",
                             "nameserver nonsense\n", "nameserver ::ffff:192.0.2.1\n"})
        EXPECT_EQ(resolverText(same), same);
    for (const char* local :
         {"127.0.0.1", "127.255.255.255", "127.1", "0.0.0.0", "::1", "::1%lo", "::", "0:0::0:1", "::ffff:127.0.0.53"})
        EXPECT_EQ(resolverText(std::string("nameserver ") + local), "") << local;
}

TEST(Hosts, AStubFileIsTold) {
    EXPECT_TRUE(onlyLoopback("nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch .\n"));
    EXPECT_TRUE(onlyLoopback("nameserver 127.0.0.1\nnameserver ::1\n"));
    EXPECT_TRUE(onlyLoopback("")) << "none is the one at 127.0.0.1";
    EXPECT_FALSE(onlyLoopback("nameserver 127.0.0.53\nnameserver 192.0.2.1"));
    EXPECT_FALSE(onlyLoopback("nameserver fe80::1%eth0\n"));
}

}  // namespace

}  // namespace podd
