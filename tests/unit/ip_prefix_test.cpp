// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/ip_prefix.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

using namespace podd;

namespace {

std::string read(std::string_view text) {
    std::string all;
    for (const IpPrefix& prefix : ipPrefixes(text))
        all += prefixText(prefix) + " ";
    return all;
}

TEST(IpPrefix, AnAddressIsAPrefixOfItsWholeLength) {
    EXPECT_EQ(ipPrefixes("192.0.2.1"), (std::vector<IpPrefix>{{AF_INET, {192, 0, 2, 1}, 32}}));
    EXPECT_EQ(ipPrefixes("fd00::1"),
              (std::vector<IpPrefix>{{AF_INET6, {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128}}));
}

TEST(IpPrefix, PrefixesEndAnywhere) {
    EXPECT_EQ(read("10.0.0.0/8"), "10.0.0.0/8 ");
    EXPECT_EQ(read("192.0.2.128/25"), "192.0.2.128/25 ");
    EXPECT_EQ(read("0.0.0.0/0"), "0.0.0.0/0 ");
    EXPECT_EQ(read("2001:db8:8000::/33"), "2001:db8:8000::/33 ");
    EXPECT_EQ(read("::ffff:192.0.2.1/128"), "::ffff:192.0.2.1/128 ");
}

TEST(IpPrefix, WordsAreOnePrefixOfEachFamily) {
    EXPECT_EQ(read("any"), "0.0.0.0/0 ::/0 ");
    EXPECT_EQ(read("localhost"), "127.0.0.0/8 ::1/128 ");
    EXPECT_EQ(read("link-local"), "169.254.0.0/16 fe80::/64 ");
    EXPECT_EQ(read("multicast"), "224.0.0.0/4 ff00::/8 ");
}

TEST(IpPrefix, AnythingElseIsNone) {
    for (const std::string& text :
         {std::string(), std::string("Any"), std::string("10.0.0"), std::string("10.0.0.0/"),
          std::string("10.0.0.0/33"), std::string("10.0.0.0/08"), std::string("10.0.0.0/+8"),
          std::string("10.0.0.0/8 "), std::string(" 10.0.0.1"), std::string("::/129"), std::string("fe80::1%eth0"),
          std::string("010.0.0.1"), std::string("example.org"), std::string("10.0.0.1\0", 9), std::string("any/0"),
          std::string("/8"), std::string(100'000, '1')}) {
        EXPECT_EQ(read(text), "") << text;
        EXPECT_NE(whyNotIpPrefix(text).value_or("").find("must be an address, a prefix"), std::string::npos) << text;
    }
}

TEST(IpPrefix, BitsBeyondThePrefixAreRefusedWithThePrefixThatWasMeant) {
    EXPECT_EQ(whyNotIpPrefix("10.1.2.3/8"), "has bits beyond its prefix; the prefix is 10.0.0.0/8");
    EXPECT_EQ(whyNotIpPrefix("10.255.0.0/9"), "has bits beyond its prefix; the prefix is 10.128.0.0/9");
    EXPECT_EQ(whyNotIpPrefix("fd00::1/64"), "has bits beyond its prefix; the prefix is fd00::/64");
    EXPECT_EQ(whyNotIpPrefix("0.0.0.1/0"), "has bits beyond its prefix; the prefix is 0.0.0.0/0");
    EXPECT_EQ(whyNotIpPrefix("10.0.0.0/8"), std::nullopt);
}

}  // namespace
