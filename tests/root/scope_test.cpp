// SPDX-License-Identifier: LGPL-2.1-or-later
// The executor and the cgroups of its containers: the test makes the groups that systemd would make for the
// scopes.
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "base/file.h"
#include "base/strings.h"
#include "executor_lab.h"

namespace podd::test {

namespace {

std::string cgroupRoot() {
    std::ifstream mounts("/proc/mounts");
    std::string device, point, type, rest;
    while (mounts >> device >> point >> type && std::getline(mounts, rest))
        if (type == "cgroup2")
            return point;
    return "";
}

void writeTo(const std::string& path, const std::string& text) {
    std::ofstream(path) << text << std::flush;
}

}  // namespace

class Scope : public ExecutorLab {
protected:
    void SetUp() override {
        root_ = cgroupRoot();
        if (::access(cat(root_, "/cgroup.procs").c_str(), W_OK) != 0)
            GTEST_SKIP() << "needs a cgroup2 tree that it may write to";
        slice_ = cat(root_, "/podd-test-", ::getpid(), ".slice");
        extraOptions_ = {"--cgroup-root", root_};
        ExecutorLab::SetUp();
    }
    void TearDown() override {
        ExecutorLab::TearDown();
        for (const std::string& group : groups_)
            EXPECT_TRUE(eventually([&] { return ::rmdir(group.c_str()) == 0; })) << group;
        (void)::rmdir(slice_.c_str());
    }

    // As podd has systemd do it, between `pids` and `scoped`.
    Report launchInScopes(const LaunchPlan& plan) {
        const Report pids = launch(plan);
        for (size_t i = 0; i < plan.containers.size(); ++i) {
            groups_.push_back(cat(slice_, '/', plan.containers[i].scope));
            makeDirectories(groups_.back());
            writeTo(groups_.back() + "/cgroup.procs", std::to_string(pids.record.containers[i].pid));
        }
        command(ExecutorCommand::Kind::scoped);
        return await(Report::Kind::running);
    }

    std::string root_;
    std::string slice_;
    std::vector<std::string> groups_;
};

// A shell without a trap waits for its child: both get SIGTERM, as from systemd, so the child's end ends the
// shell.
TEST_F(Scope, everyProcessOfASiblingGetsTheSignal) {
    (void)launchInScopes(plan({container("bad", "sleep 0.3; exit 1"), container("shell", "sleep 1000; exit 5")}));
    const auto begin = std::chrono::steady_clock::now();
    const Report last = end();
    EXPECT_LE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1500));
    // The shell may be alone for a moment before it gets to its exit; anywhere else SIGTERM would have ended it at once.
    EXPECT_TRUE(named(last, "shell").exitCode == 5 || named(last, "shell").exitSignal == SIGTERM);
    EXPECT_TRUE(named(last, "shell").stopRequested);
    expectNothingLeft();
}

TEST_F(Scope, nothingSurvivesAContainerWithoutPidNamespace) {
    ContainerPlan plain = container("a", "sleep 1000 & echo $!; exit 0");
    plain.pidNamespace = false;
    (void)launchInScopes(plan({plain}));
    const auto background = static_cast<pid_t>(std::stoi(message()));
    EXPECT_EQ(end().record.containers[0].exitCode, 0);
    EXPECT_TRUE(eventually([&] { return !alive(background); }));
    expectNothingLeft();
}

TEST_F(Scope, graceReachesEveryProcess) {
    ContainerPlan plain = container("a", "trap '' TERM; sleep 1000 & echo $!; wait");
    plain.pidNamespace = false;
    plain.killGraceUsec = 200'000;
    const Report running = launchInScopes(plan({plain}));
    const auto background = static_cast<pid_t>(std::stoi(message()));
    command(ExecutorCommand::Kind::stopping);
    ::kill(static_cast<pid_t>(running.record.containers[0].pid), SIGTERM);
    EXPECT_EQ(end().record.containers[0].exitSignal, SIGKILL);
    EXPECT_TRUE(eventually([&] { return !alive(background); }));
    expectNothingLeft();
}

TEST_F(Scope, frozenContainersEndWithTheExecutor) {
    const Report running = launchInScopes(plan({container("a", kDeaf)}));
    awaitUp();
    writeTo(groups_[0] + "/cgroup.freeze", "1");
    EXPECT_TRUE(
        eventually([&] { return readFile(groups_[0] + "/cgroup.events").find("frozen 1") != std::string::npos; }));
    ::kill(static_cast<pid_t>(running.record.executorPid), SIGTERM);
    const Report last = end();
    EXPECT_EQ(last.record.containers[0].exitSignal, SIGKILL);
    EXPECT_TRUE(last.record.containers[0].stopRequested);
    expectNothingLeft();
}

}  // namespace podd::test
