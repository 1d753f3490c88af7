// SPDX-License-Identifier: LGPL-2.1-or-later
// What executors say reaches podd, also what those of another build say.
#include "manager/executor_server.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/file.h"
#include "base/socket.h"
#include "base/wire.h"
#include "fakes/killed_writer.h"
#include "fakes/world.h"
#include "manager/record_file.h"

namespace podd {

namespace {

class ExecutorServerTest : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0)
            GTEST_SKIP() << "only root is listened to";
        makeDirectories(recordDirectory(directory_.path, kId));
        server_ = std::make_unique<ExecutorServer>(
            event_.get(), directory_.path,
            [this](const InstanceId& id, const Report& report) { heard_.emplace_back(id, report); });
        server_->open();
        socket_ = connectTo(directory_.path + "/executor.sock");
    }

    static InstanceRecord record(int64_t pid, ContainerPhase phase = ContainerPhase::running) {
        InstanceRecord made{.pod = "/web", .number = 7, .version = "v", .phase = InstancePhase::running};
        made.executorPid = pid;
        made.endpoints = {{"main", "http", true, false, 31000, 0}};
        made.containers = {{.name = "main", .phase = phase, .pid = 4242}};
        return made;
    }
    void writeDown(const InstanceRecord& facts) {
        writeFileAtomically(recordDirectory(directory_.path, kId) + "/record", recordText(facts),
                            Durability::volatileFile);
    }
    void say(const std::string& packet) {
        ASSERT_TRUE(sendPacket(socket_.get(), packet));
        while (sd_event_run(event_.get(), 50'000) > 0)
            continue;
    }
    static std::string ofAnotherBuild() {
        std::string packet = wire::encode(Report{});
        packet[0] = static_cast<char>(wire::kVersion - 1);
        return packet.substr(0, packet.size() / 2);
    }

    const InstanceId kId{"/web", 7};
    fakes::Directory directory_;
    sd::Event event_ = sd::makeEvent();
    std::vector<std::pair<InstanceId, Report>> heard_;
    std::unique_ptr<ExecutorServer> server_;
    UniqueFd socket_;
};

TEST_F(ExecutorServerTest, HearsWhatIsSaid) {
    say(wire::encode(Report{Report::Kind::running, record(1), ""}));
    ASSERT_EQ(heard_.size(), 1U);
    EXPECT_EQ(heard_[0].first, kId);
    EXPECT_EQ(heard_[0].second.kind, Report::Kind::running);
    EXPECT_TRUE(server_->send(kId, {}));
}

TEST_F(ExecutorServerTest, OfAnotherBuildItBelievesTheRecord) {
    writeDown(record(::getpid()));
    say(ofAnotherBuild());
    ASSERT_EQ(heard_.size(), 1U);
    EXPECT_EQ(heard_[0].first, kId);
    EXPECT_EQ(heard_[0].second.kind, Report::Kind::hello);
    EXPECT_EQ(heard_[0].second.record, record(::getpid()));
    writeDown(record(::getpid(), ContainerPhase::exited));
    say(ofAnotherBuild());
    ASSERT_EQ(heard_.size(), 2U);
    EXPECT_EQ(heard_[1].second.record.containers.at(0).phase, ContainerPhase::exited);
}

TEST_F(ExecutorServerTest, WhoHasNoRecordIsNotBelieved) {
    const fakes::QuietLog quiet;
    writeDown(record(::getpid() + 1));
    say(ofAnotherBuild());
    EXPECT_TRUE(heard_.empty());
}

}  // namespace

}  // namespace podd
