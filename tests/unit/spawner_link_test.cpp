// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/spawner_link.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/socket.h"
#include "base/wire.h"
#include "fakes/world.h"

namespace podd {

namespace {

// podd's end, and a spawner that the test plays.
class SpawnerLinkTest : public testing::Test {
protected:
    SpawnerLinkTest()
        : path_(directory_.path + "/s"),
          event_(sd::makeEvent()),
          listener_(listenAt(path_)),
          link_(
              event_.get(), path_, [this](const Notice& notice) { notices_.push_back(notice); },
              [this](const std::vector<std::string>& launches) { lost_.push_back(launches); }) {}

    void settle() const {
        for (int i = 0; i < 20; ++i)
            (void)sd_event_run(event_.get(), 0);
    }
    // Until there is one, for retries come by timers.
    Order awaitOrder() {
        Packet packet;
        for (;;) {
            if (!spawner_)
                spawner_ = acceptFrom(listener_.get());
            if (spawner_ && receivePacket(spawner_.get(), packet) == Received::packet)
                return wire::decode<Order>(packet.data);
            (void)sd_event_run(event_.get(), 20'000);
        }
    }
    bool hasOrder() {
        Packet packet;
        settle();
        return spawner_ && receivePacket(spawner_.get(), packet) == Received::packet;
    }
    void tell(Notice::Kind kind, const std::string& instance, const std::string& problem = "") {
        ASSERT_TRUE(
            sendPacket(spawner_.get(), wire::encode(Notice{.kind = kind, .instance = instance, .problem = problem})));
        settle();
    }
    void launch(const std::string& instance) { link_.launch(LaunchPlan{}, instance); }

    fakes::Directory directory_;
    std::string path_;
    sd::Event event_;
    UniqueFd listener_;
    UniqueFd spawner_;
    std::vector<Notice> notices_;
    std::vector<std::vector<std::string>> lost_;
    SpawnerLink link_;
};

TEST_F(SpawnerLinkTest, OrdersARemovalAgainFromTheNextSpawner) {
    link_.removeSandbox("web-1", "/s/web-1");
    EXPECT_EQ(awaitOrder().path, "/s/web-1");
    spawner_.reset();
    const Order again = awaitOrder();
    EXPECT_EQ(again.kind, Order::Kind::removeSandbox);
    EXPECT_EQ(again.instance, "web-1");
    EXPECT_TRUE(lost_.empty());
}

TEST_F(SpawnerLinkTest, OrdersARemovalThatFailedOnceMore) {
    link_.removeSandbox("web-1", "/s/web-1");
    (void)awaitOrder();
    tell(Notice::Kind::removed, "web-1", "Device or resource busy");
    ASSERT_EQ(notices_.size(), 1u);
    EXPECT_EQ(awaitOrder().path, "/s/web-1");
    tell(Notice::Kind::removed, "web-1");
    spawner_.reset();
    settle();
    launch("web-2");
    EXPECT_EQ(awaitOrder().instance, "web-2");
    EXPECT_FALSE(hasOrder()) << "a removal that is done is forgotten";
}

TEST_F(SpawnerLinkTest, KeepsARemovalWhileNobodyListens) {
    listener_.reset();
    link_.removeSandbox("web-1", "/s/web-1");
    settle();
    listener_ = listenAt(path_);
    EXPECT_EQ(awaitOrder().path, "/s/web-1");
}

TEST_F(SpawnerLinkTest, HasFewRemovalsUnderWayInTheirOrder) {
    for (int i = 0; i < 20; ++i)
        link_.removeSandbox(cat("web-", i), cat("/s/web-", i));
    link_.removeSandbox("web-0", "/s/web-0");  // is under way
    for (int i = 0; i < 16; ++i)
        EXPECT_EQ(awaitOrder().instance, cat("web-", i));
    EXPECT_FALSE(hasOrder());
    tell(Notice::Kind::removed, "web-3");
    EXPECT_EQ(awaitOrder().instance, "web-16");
    EXPECT_FALSE(hasOrder());
}

TEST_F(SpawnerLinkTest, TellsOfLaunchesThatASpawnerTookAlong) {
    launch("web-1");
    launch("web-2");
    EXPECT_EQ(awaitOrder().instance, "web-1");
    tell(Notice::Kind::spawned, "web-1");
    spawner_.reset();
    settle();
    EXPECT_EQ(lost_, std::vector<std::vector<std::string>>{{"web-2"}});
}

TEST_F(SpawnerLinkTest, TellsOfThemAlsoWhenTheNextOrderFindsItGone) {
    launch("web-1");
    EXPECT_EQ(awaitOrder().instance, "web-1");
    spawner_.reset();
    launch("web-2");  // before podd has heard of the end
    EXPECT_TRUE(lost_.empty()) << "not from within an order";
    EXPECT_EQ(awaitOrder().instance, "web-2");
    settle();
    EXPECT_EQ(lost_, std::vector<std::vector<std::string>>{{"web-1"}});
}

TEST_F(SpawnerLinkTest, SaysThatNobodyListens) {
    listener_.reset();
    EXPECT_THROW(launch("web-1"), Error);
    settle();
    EXPECT_TRUE(lost_.empty());
}

}  // namespace

}  // namespace podd
