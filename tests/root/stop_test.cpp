// SPDX-License-Identifier: LGPL-2.1-or-later
// How containers and executors end.
#include <sys/stat.h>
#include <sys/syscall.h>

#include <csignal>
#include <filesystem>

#include "base/file.h"
#include "base/strings.h"
#include "executor_lab.h"

namespace podd::test {

class Stop : public ExecutorLab {};

TEST_F(Stop, graceEndsWithKill) {
    ContainerPlan deaf = container("deaf", kDeaf);
    deaf.killGraceUsec = 300'000;
    const Report running = launchAll(plan({deaf}));
    awaitUp();
    const auto begin = std::chrono::steady_clock::now();
    command(ExecutorCommand::Kind::stopping);
    ::kill(static_cast<pid_t>(running.record.containers[0].pid), SIGTERM);
    const Report last = end();
    const auto took = std::chrono::steady_clock::now() - begin;
    EXPECT_EQ(last.record.containers[0].exitSignal, SIGKILL);
    EXPECT_TRUE(last.record.containers[0].stopRequested);
    EXPECT_GE(took, std::chrono::milliseconds(300));
    EXPECT_LE(took, std::chrono::milliseconds(500));
    expectNothingLeft();
}

TEST_F(Stop, defaultActionEndsAtOnce) {
    (void)launchAll(plan({container("a", "exec sleep 1000"), container("b", "exec sleep 1000")}));
    const auto begin = std::chrono::steady_clock::now();
    command(ExecutorCommand::Kind::stopping);
    const Report last = end();
    EXPECT_LE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(100));
    for (const ContainerRecord& each : last.record.containers) {
        EXPECT_EQ(each.exitSignal, SIGTERM);
        EXPECT_TRUE(each.stopRequested);
        EXPECT_FALSE(each.failed());
    }
    expectNothingLeft();
}

TEST_F(Stop, aSignalOfSomebodyIsForOneContainerAndNoStop) {
    const std::string tells = "trap 'echo got it' USR1; echo up; while :; do sleep 0.05; done";
    const LaunchPlan both = plan({container("a", tells), container("b", tells)});
    (void)launchAll(both);
    awaitUp(2);
    command({.kind = ExecutorCommand::Kind::kill, .scope = both.containers[1].scope, .signal = SIGUSR1});
    const std::optional<Entry> said = entry();
    ASSERT_TRUE(said);
    EXPECT_EQ(said->field("MESSAGE"), "got it");
    EXPECT_EQ(said->field("CONTAINER_NAME"), "b");
    command({.kind = ExecutorCommand::Kind::kill, .scope = both.containers[1].scope, .signal = SIGKILL});
    const Report last = end();
    EXPECT_EQ(named(last, "b").exitSignal, SIGKILL);
    EXPECT_TRUE(named(last, "b").failed()) << "it is as if it had ended by itself";
    EXPECT_TRUE(named(last, "a").stopRequested);
    expectNothingLeft();
}

// A signal handler is heard, a blocked signal waits to be taken, a child may have work to do.
TEST_F(Stop, whoCanHearIsLeftAlone) {
    const Report running = launchAll(plan({container("parent", "sleep 0.6 & echo up; wait; exec sleep 1000")}));
    awaitUp();
    command(ExecutorCommand::Kind::stopping);
    ::usleep(150'000);
    EXPECT_TRUE(alive(static_cast<pid_t>(running.record.containers[0].pid)));
    const Report last = end();  // the child has ended, and with it the reason to wait
    EXPECT_EQ(last.record.containers[0].exitSignal, SIGTERM);
    expectNothingLeft();
}

TEST_F(Stop, failureOfOneEndsTheOthers) {
    (void)launchAll(plan(
        {container("bad", "sleep 0.2; exit 3"), container("hears", kForever), container("sleeps", "exec sleep 1000")}));
    awaitUp();
    const auto begin = std::chrono::steady_clock::now();
    const Report last = end();
    EXPECT_LE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1000));
    EXPECT_EQ(named(last, "bad").exitCode, 3);
    EXPECT_TRUE(named(last, "bad").failed());
    EXPECT_EQ(named(last, "hears").exitCode, 0);
    EXPECT_TRUE(named(last, "hears").stopRequested);
    EXPECT_EQ(named(last, "sleeps").exitSignal, SIGTERM);
    EXPECT_TRUE(named(last, "sleeps").stopRequested);
    expectNothingLeft();
}

TEST_F(Stop, successOfOneLetsTheOthersGoOn) {
    const Report running = launchAll(plan({container("short", "sleep 0.2"), container("long", kForever)}));
    const Report exited = await(Report::Kind::exited);
    EXPECT_EQ(named(exited, "short").phase, ContainerPhase::exited);
    ::usleep(200'000);
    EXPECT_TRUE(alive(static_cast<pid_t>(named(running, "long").pid)));
}

TEST_F(Stop, crashIsTold) {
    (void)launchAll(plan({container("a", "ulimit -c 0; kill -SEGV $$; sleep 1; exit 9")}));
    // PID 1 cannot raise a signal against itself: a child does.
    const Report last = end();
    EXPECT_EQ(last.record.containers[0].exitCode, 9);
}

TEST_F(Stop, termOfTheExecutorKillsWhatIsLeft) {
    const Report running = launchAll(plan({container("deaf", kDeaf), container("ends", "exec sleep 1000")}));
    awaitUp();
    const auto begin = std::chrono::steady_clock::now();
    ::kill(static_cast<pid_t>(running.record.executorPid), SIGTERM);
    const Report last = end();
    EXPECT_LE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(300));
    EXPECT_EQ(named(last, "deaf").exitSignal, SIGKILL);
    EXPECT_EQ(named(last, "ends").exitSignal, SIGTERM);
    expectNothingLeft();
}

TEST_F(Stop, killOfTheExecutorLeavesOnlyWhatSystemdCleans) {
    const Report running = launchAll(plan({container("a", kForever), container("b", kForever)}));
    ::kill(static_cast<pid_t>(running.record.executorPid), SIGKILL);
    const Notice ended = notice();
    EXPECT_EQ(ended.kind, Notice::Kind::executorEnded);
    EXPECT_EQ(ended.status, SIGKILL);
    for (const ContainerRecord& each : running.record.containers) {
        EXPECT_TRUE(alive(static_cast<pid_t>(each.pid)));  // systemd stops its scope
        ::kill(static_cast<pid_t>(each.pid), SIGKILL);
    }
    EXPECT_TRUE(eventually([&] { return !alive(static_cast<pid_t>(running.record.containers[0].pid)); }));
    order({.kind = Order::Kind::removeSandbox, .instance = "test-web-1", .path = path("state/sandboxes/test-web-1")});
    EXPECT_EQ(notice().problem, "");
    expectNothingLeft();
}

TEST_F(Stop, killOfTheExecutorBeforeTheReleaseEndsTheInits) {
    const Report pids = launch(plan({container("a", "true")}));
    ::kill(static_cast<pid_t>(pids.record.executorPid), SIGKILL);
    EXPECT_TRUE(eventually([&] { return !alive(static_cast<pid_t>(pids.record.containers[0].pid)); }));
}

TEST_F(Stop, withoutPidNamespaceNobodyHoldsThePipe) {
    ContainerPlan plain = container("a", "sleep 5 & echo last; exit 0");
    plain.pidNamespace = false;
    const auto begin = std::chrono::steady_clock::now();
    (void)launchAll(plan({plain}));
    EXPECT_EQ(end().record.containers[0].exitCode, 0);
    EXPECT_LE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(600));
    EXPECT_EQ(message(), "last");
}

}  // namespace podd::test
