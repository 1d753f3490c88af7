// SPDX-License-Identifier: LGPL-2.1-or-later
// The executor while podd is not there.
#include <sys/stat.h>
#include <sys/syscall.h>

#include <csignal>
#include <filesystem>

#include "base/file.h"
#include "base/strings.h"
#include "executor_lab.h"

namespace podd::test {

class PoddAway : public ExecutorLab {};

TEST_F(PoddAway, reconnectKeepsTheContainers) {
    const Report running = launchAll(plan({container("short", "sleep 0.3; echo done"), container("long", kForever)}));
    awaitUp();
    leaveAsPodd();
    ::usleep(600'000);  // `short` ends meanwhile
    listenAsPodd();
    const auto begin = std::chrono::steady_clock::now();
    accept();
    EXPECT_LE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(200));
    const Report hello = report();
    EXPECT_EQ(hello.kind, Report::Kind::hello);
    EXPECT_EQ(hello.record.phase, InstancePhase::running);
    EXPECT_EQ(hello.record.executorPid, running.record.executorPid);
    EXPECT_EQ(named(hello, "long").pid, named(running, "long").pid);
    EXPECT_EQ(named(hello, "long").phase, ContainerPhase::running);
    EXPECT_EQ(named(hello, "short").phase, ContainerPhase::exited);
    EXPECT_EQ(named(hello, "short").exitCode, 0);
    command(ExecutorCommand::Kind::stopping);
    ::kill(static_cast<pid_t>(named(hello, "long").pid), SIGTERM);
    EXPECT_EQ(named(end(), "long").exitCode, 0);
    expectNothingLeft();
}

TEST_F(PoddAway, endIsOnFile) {
    (void)launchAll(plan({container("a", "sleep 0.2; exit 4")}));
    leaveAsPodd();
    const Notice ended = notice();
    EXPECT_EQ(ended.kind, Notice::Kind::executorEnded);
    const auto record = parseRecord(contentOf("run/instances/test-web-1/record"));
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->phase, InstancePhase::ended);
    EXPECT_EQ(record->containers[0].exitCode, 4);
    EXPECT_FALSE(record->containers[0].stopRequested);
    expectNothingLeft();
}

TEST_F(PoddAway, launchWaitsForPodd) {
    (void)launch(plan({container("a", kForever)}));
    leaveAsPodd();
    ::usleep(200'000);
    listenAsPodd();
    accept();
    const Report hello = report();
    EXPECT_EQ(hello.record.phase, InstancePhase::starting);
    EXPECT_NE(hello.record.containers[0].pid, 0);
    command(ExecutorCommand::Kind::scoped);
    EXPECT_EQ(await(Report::Kind::running).record.phase, InstancePhase::running);
}

}  // namespace podd::test
