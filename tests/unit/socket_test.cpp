// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "fakes/world.h"

namespace podd {

namespace {

TEST(Socket, CarriesPacketsAndDescriptorsWhole) {
    auto [a, b] = packetPair();
    const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    ASSERT_TRUE(sendPacket(a.get(), "hello", {null.get()}));
    Packet packet;
    ASSERT_EQ(receivePacket(b.get(), packet), Received::packet);
    EXPECT_EQ(packet.data, "hello");
    EXPECT_EQ(packet.fds.size(), 1u);
    EXPECT_EQ(receivePacket(b.get(), packet), Received::nothingYet);
    a.reset();
    EXPECT_EQ(receivePacket(b.get(), packet), Received::closed);
    EXPECT_FALSE(sendPacket(b.get(), "to nobody"));
}

TEST(Socket, GivesTheLastWordsOfAPeerThatDidNotListen) {
    auto [a, b] = packetPair();
    ASSERT_TRUE(sendPacket(a.get(), "never read"));
    ASSERT_TRUE(sendPacket(b.get(), "last words"));
    b.reset();
    Packet packet;
    ASSERT_EQ(receivePacket(a.get(), packet), Received::packet);
    EXPECT_EQ(packet.data, "last words");
    EXPECT_EQ(receivePacket(a.get(), packet), Received::closed);
}

TEST(Socket, RefusesPacketsThatAreTooLong) {
    auto [a, b] = packetPair();
    EXPECT_THROW((void)sendPacket(a.get(), std::string(kMaxPacket + 1, 'x')), Error);
}

TEST(Socket, ListensUnderANameThatIsReplacedAndConnectsToNobodyElse) {
    const fakes::Directory directory;
    const std::string path = directory.path + "/s";
    EXPECT_FALSE(connectTo(path));
    UniqueFd first = listenAt(path);
    first.reset();
    EXPECT_FALSE(connectTo(path));
    const UniqueFd second = listenAt(path);
    const UniqueFd client = connectTo(path);
    ASSERT_TRUE(client);
    const UniqueFd server = acceptFrom(second.get());
    ASSERT_TRUE(server);
    EXPECT_EQ(peerOf(server.get()).pid, ::getpid());
    EXPECT_THROW((void)connectTo("/" + std::string(200, 'x')), Error);
}

}  // namespace

}  // namespace podd
