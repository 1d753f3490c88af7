// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl's client on a bus of one: a thread answers as dbus-daemon and podd would.
#include "cli/client.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "base/strings.h"
#include "sd/check.h"

namespace podd::cli {

namespace {

class ClientTest : public testing::Test {
protected:
    ClientTest() : directory_("/tmp/podd-client-XXXXXX") {
        EXPECT_NE(::mkdtemp(directory_.data()), nullptr);
        listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        path().copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(listener_.get(), 1), 0);
        ::setenv("DBUS_SYSTEM_BUS_ADDRESS", cat("unix:path=", path()).c_str(), 1);
        peer_ = std::thread([this] { serve(); });
    }
    ~ClientTest() override {
        client_.reset();  // the peer ends with its connection
        peer_.join();
        ::unsetenv("DBUS_SYSTEM_BUS_ADDRESS");
        ::unlink(path().c_str());
        ::rmdir(directory_.c_str());
    }

    // The error that a call ends with; "" = none.
    std::string problemOf(const std::function<void(Client&)>& call) {
        try {
            if (!client_)
                client_.emplace(Options{});
            call(*client_);
            return "";
        } catch (const Error& error) {
            return error.what();
        }
    }

    // Of the calls to podd, in their turn: what they are answered with, "" = an empty array, and then what they were. To be
    // set before, and read after.
    std::vector<std::string> errors_;
    std::vector<std::string> heard_;

private:
    std::string path() const { return cat(directory_, "/bus"); }

    static int onCall(sd_bus_message* call, void* self, sd_bus_error*) noexcept {
        uint8_t type = 0;
        if (sd_bus_message_get_type(call, &type) < 0 || type != SD_BUS_MESSAGE_METHOD_CALL)
            return 0;
        if (sd_bus_message_is_method_call(call, "org.freedesktop.DBus", "Hello") > 0)
            return sd_bus_reply_method_return(call, "s", ":1.1");
        auto& test = *static_cast<ClientTest*>(self);
        const size_t number = test.heard_.size();
        test.heard_.emplace_back(sd_bus_message_get_member(call));
        if (number < test.errors_.size() && !test.errors_[number].empty())
            return sd_bus_reply_method_errorf(call, test.errors_[number].c_str(), "for a test");
        return sd_bus_reply_method_return(call, "a(ssssuuo)", 0);
    }

    void serve() {
        const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        sd_bus* raw = nullptr;
        sd::check(sd_bus_new(&raw), "bus");
        const sd::Bus bus(raw);
        sd::check(sd_bus_set_fd(raw, fd, fd), "fd");
        sd_id128_t id{};
        sd::check(sd_id128_randomize(&id), "id");
        sd::check(sd_bus_set_server(raw, 1, id), "server");
        sd::check(sd_bus_set_anonymous(raw, 1), "anonymous");
        sd::check(sd_bus_start(raw), "start");
        sd::check(sd_bus_add_filter(raw, nullptr, &ClientTest::onCall, this), "filter");
        while (sd_bus_process(raw, nullptr) >= 0)
            if (sd_bus_wait(raw, 20'000) < 0)
                break;
    }

    std::string directory_;
    UniqueFd listener_;
    std::thread peer_;
    std::optional<Client> client_;
};

using Texts = std::vector<std::string>;

TEST_F(ClientTest, AsksAgainWhenPoddHasEndedBeforeItAnswered) {
    errors_ = {SD_BUS_ERROR_NO_REPLY};
    EXPECT_EQ(problemOf([](Client& client) { client.listPods(); }), "");
    EXPECT_EQ(heard_, (Texts{"ListPods", "ListPods"}));
}

TEST_F(ClientTest, AsksTwiceAndNotForever) {
    errors_ = {SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_NO_REPLY, SD_BUS_ERROR_NO_REPLY};
    EXPECT_EQ(problemOf([](Client& client) { client.podPath("/web"); }), "ask podd: it ended before it answered");
    EXPECT_EQ(heard_, (Texts{"GetPod", "GetPod"}));
}

TEST_F(ClientTest, DoesNotAskForAChangeAgain) {
    errors_ = {SD_BUS_ERROR_NO_REPLY};
    EXPECT_EQ(problemOf([](Client& client) { client.purge("/web"); }),
              "ask podd: it ended before it answered; 'podctl status' tells whether it has accepted this");
    EXPECT_EQ(heard_, (Texts{"PurgePod"}));
}

TEST_F(ClientTest, DoesNotAskAgainWhenItIsRefused) {
    errors_ = {"org.podd1.Error.NoSuchPod"};
    EXPECT_EQ(problemOf([](Client& client) { client.podPath("/web"); }), "for a test");
    EXPECT_EQ(heard_, (Texts{"GetPod"}));
}

}  // namespace

}  // namespace podd::cli
