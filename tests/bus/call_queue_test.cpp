// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sd/call_queue.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <vector>

#include "sd/check.h"

namespace podd::sd {

namespace {

// The queue on one end of a socketpair, on the other a peer that answers as the test says.
class CallQueueTest : public testing::Test {
protected:
    CallQueueTest() : event_(makeEvent()) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), 0);
        peer_ = open(ends[0], true);
        bus_ = open(ends[1], false);
        queue_ = std::make_unique<CallQueue>(bus_.get(), event_.get());
        sd_bus_slot* slot = nullptr;
        check(sd_bus_add_filter(peer_.get(), &slot, &CallQueueTest::onCall, this), "filter");
        filter_.reset(slot);
    }

    Bus open(int fd, bool server) const {
        sd_bus* raw = nullptr;
        check(sd_bus_new(&raw), "bus");
        Bus bus(raw);
        check(sd_bus_set_fd(raw, fd, fd), "fd");
        sd_id128_t id{};
        check(server ? sd_bus_set_server(raw, 1, id) : 0, "server");
        check(sd_bus_set_anonymous(raw, 1), "anonymous");
        check(sd_bus_start(raw), "start");
        check(sd_bus_attach_event(raw, event_.get(), 0), "attach");
        return bus;
    }
    static int onCall(sd_bus_message* call, void* self, sd_bus_error*) {
        if (sd_bus_message_is_method_call(call, "t.Peer", nullptr) == 0)
            return 0;
        auto& test = *static_cast<CallQueueTest*>(self);
        test.heard_.emplace_back(sd_bus_message_get_member(call));
        if (test.silent_) {
            test.unanswered_.emplace_back(sd_bus_message_ref(call));
            return 1;
        }
        if (test.errors_.empty() || test.errors_.front().empty())
            sd_bus_reply_method_return(call, "");
        else
            sd_bus_reply_method_errorf(call, test.errors_.front().c_str(), "for a test");
        if (!test.errors_.empty())
            test.errors_.erase(test.errors_.begin());
        return 1;
    }
    void send(const char* member, CallQueue::Doubt doubt = CallQueue::Doubt::repeat) {
        sd_bus_message* raw = nullptr;
        check(sd_bus_message_new_method_call(bus_.get(), &raw, nullptr, "/", "t.Peer", member), "call");
        const Message call(raw);
        queue_->send(
            call.get(),
            [this](sd_bus_message* reply) {
                const sd_bus_error* error = sd_bus_message_get_error(reply);
                answers_.emplace_back(error == nullptr ? "" : error->name);
            },
            doubt);
    }
    void runUntilAnswers(size_t count) const {
        for (int i = 0; i < 1000 && answers_.size() < count; ++i)
            (void)sd_event_run(event_.get(), 10'000);
    }
    void settle() const {
        while (sd_event_run(event_.get(), 150'000) > 0)
            continue;
    }

    Event event_;
    Bus peer_;
    Bus bus_;
    Slot filter_;
    std::vector<std::string> errors_;  // that the peer answers with, one after the other
    bool silent_ = false;
    std::vector<Message> unanswered_;
    std::vector<std::string> heard_;
    std::vector<std::string> answers_;
    std::unique_ptr<CallQueue> queue_;
};

using Texts = std::vector<std::string>;

TEST_F(CallQueueTest, RepeatsWhatGotNoReplyInItsTurn) {
    errors_ = {SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_SERVICE_UNKNOWN, "org.freedesktop.DBus.Error.Spawn.ChildExited"};
    send("A");
    send("B");
    send("C");
    runUntilAnswers(3);
    EXPECT_EQ(heard_, (Texts{"A", "B", "C", "A", "B", "C"}));
    EXPECT_EQ(answers_, (Texts{"", "", ""}));
}

TEST_F(CallQueueTest, DoesNotRepeatWhatMayHaveBeenDoneWhenThatMatters) {
    errors_ = {SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_NAME_HAS_NO_OWNER};
    send("A", CallQueue::Doubt::fail);
    send("B", CallQueue::Doubt::fail);
    runUntilAnswers(2);
    EXPECT_EQ(heard_, (Texts{"A", "B", "B"})) << "B was given to nobody";
    EXPECT_EQ(answers_, (Texts{SD_BUS_ERROR_NO_REPLY, ""}));
}

TEST_F(CallQueueTest, ForwardsOtherErrors) {
    errors_ = {SD_BUS_ERROR_ACCESS_DENIED};
    send("A");
    runUntilAnswers(1);
    EXPECT_EQ(heard_, Texts{"A"});
    EXPECT_EQ(answers_, Texts{SD_BUS_ERROR_ACCESS_DENIED});
}

TEST_F(CallQueueTest, HoldsCallsUntilThePeerIsBack) {
    errors_ = {SD_BUS_ERROR_NO_REPLY};
    send("A");
    queue_->hold();
    send("B");
    settle();
    EXPECT_EQ(heard_, Texts{"A"});
    EXPECT_EQ(answers_, Texts{});
    queue_->resume();
    runUntilAnswers(2);
    EXPECT_EQ(heard_, (Texts{"A", "A", "B"}));
    EXPECT_EQ(answers_, (Texts{"", ""}));
}

TEST_F(CallQueueTest, HasFewCallsUnderWay) {
    silent_ = true;
    for (int i = 0; i < 200; ++i)
        send("A");
    settle();
    EXPECT_EQ(heard_.size(), 64u);
    silent_ = false;
    for (const Message& call : unanswered_)
        check(sd_bus_reply_method_return(call.get(), ""), "reply");
    runUntilAnswers(200);
    EXPECT_EQ(heard_.size(), 200u);
    EXPECT_EQ(answers_.size(), 200u);
}

}  // namespace

}  // namespace podd::sd
