// SPDX-License-Identifier: LGPL-2.1-or-later
// Every way a launch can be refused: the exact text, nothing exec'ed, nothing left.
#include <sys/stat.h>
#include <sys/syscall.h>

#include <csignal>
#include <filesystem>

#include "base/file.h"
#include "base/strings.h"
#include "executor_lab.h"

namespace podd::test {

class Refusal : public ExecutorLab {};

struct Refused {
    const char* name;
    void (*spoil)(ContainerPlan&, const std::string& directory);
    const char* problem;  // %D is the lab's directory
};

class RefusedLaunch : public ExecutorLab, public testing::WithParamInterface<Refused> {};

TEST_P(RefusedLaunch, leavesNothing) {
    const std::string marker = path("marker");
    LaunchPlan launchPlan = plan({container("good", "touch " + marker), container("bad", "touch " + marker)});
    GetParam().spoil(launchPlan.containers[1], directory_);
    Report report = launch(launchPlan);
    if (report.kind == Report::Kind::pids)
        command(ExecutorCommand::Kind::scoped);
    if (report.kind != Report::Kind::failed)
        report = end();
    std::string expected = GetParam().problem;
    for (size_t at = expected.find("%D"); at != std::string::npos; at = expected.find("%D"))
        expected.replace(at, 2, directory_);
    EXPECT_EQ(report.kind, Report::Kind::failed);
    EXPECT_EQ(report.problem, expected);
    EXPECT_EQ(report.record.problem, expected);
    EXPECT_FALSE(std::filesystem::exists(marker));
    expectNothingLeft();
}

void script(const std::string& path, const std::string& text) {
    writeFileAtomically(path, text, Durability::volatileFile, 0755);
}

INSTANTIATE_TEST_SUITE_P(
    , RefusedLaunch,
    testing::Values(
        Refused{"missingCommand", [](ContainerPlan& c, const std::string&) { c.argv = {"no-such-command"}; },
                "container 'bad': command 'no-such-command': not found in PATH '/usr/bin:/bin'"},
        Refused{"missingPath", [](ContainerPlan& c, const std::string&) { c.argv = {"/no/such"}; },
                "container 'bad': command '/no/such': No such file or directory"},
        Refused{"directory", [](ContainerPlan& c, const std::string&) { c.argv = {"/etc"}; },
                "container 'bad': command '/etc': Permission denied (not an executable file for this user)"},
        Refused{"notExecutable", [](ContainerPlan& c, const std::string&) { c.argv = {"/etc/passwd"}; },
                "container 'bad': command '/etc/passwd': Permission denied (not an executable file for this "
                "user)"},
        Refused{"missingInterpreter",
                [](ContainerPlan& c, const std::string& d) {
                    script(d + "/run/tool", "#!/no/such/python -u\n");
                    c.argv = {d + "/run/tool"};
                },
                "container 'bad': command '%D/run/tool': interpreter '/no/such/python': No such file or "
                "directory"},
        Refused{"noFormat",
                [](ContainerPlan& c, const std::string& d) {
                    script(d + "/run/tool", "echo no shebang\n");
                    c.argv = {d + "/run/tool"};
                },
                "container 'bad': command '%D/run/tool': neither a program nor a script that starts with '#!'"},
        Refused{"missingVolume",
                [](ContainerPlan& c, const std::string& d) {
                    c.mounts = {{.source = d + "/data", .target = "data", .sourceIsVolume = true, .volume = "db"}};
                },
                "container 'bad': mount '%D/data' of volume 'db': No such file or directory"},
        Refused{"missingMountPoint",
                [](ContainerPlan& c, const std::string& d) { c.mounts = {{.source = d, .target = "/no/mount/point"}}; },
                "container 'bad': mount point '/no/mount/point' does not exist: a container without an image "
                "sees the "
                "host's file system"},
        Refused{"mountPointOutside",
                [](ContainerPlan& c, const std::string& d) { c.mounts = {{.source = d, .target = "../good/x"}}; },
                "container 'bad': mount point '../good/x': Invalid cross-device link"},
        Refused{"tmpfsOption",
                [](ContainerPlan& c, const std::string&) {
                    c.mounts = {{.kind = MountKind::tmpfs, .target = "t", .options = "colour=red"}};
                },
                "container 'bad': mount 't' at 't' (colour): Invalid argument"},
        Refused{"unknownUser", [](ContainerPlan& c, const std::string&) { c.user = "no-such-user"; },
                "container 'bad': user 'no-such-user': no such user on this host"},
        Refused{"userOutOfRange", [](ContainerPlan& c, const std::string&) { c.user = "4294967295"; },
                "container 'bad': user '4294967295': not a user id"},
        Refused{"sandboxOutside", [](ContainerPlan& c, const std::string&) { c.sandbox = "/etc"; },
                "plan: '/etc': not below '%D/state/sandboxes/test-web-1'"}),
    [](const auto& each) { return std::string(each.param.name); });

// What was there when podd-init looked may be gone at the exec: no longer a launch that can be undone, so the
// container ends as a shell would have it, and the others with it.
TEST_F(Refusal, execThatFailsAfterTheRelease) {
    const std::string tool = path("run/tool");
    script(tool, "#!/bin/sh\ntrue\n");
    LaunchPlan launchPlan = plan({container("bad", ""), container("good", kForever)});
    launchPlan.containers[0].argv = {tool};
    (void)launch(launchPlan);
    ::usleep(100'000);
    std::filesystem::remove(tool);
    command(ExecutorCommand::Kind::scoped);
    const Report last = end();
    EXPECT_EQ(last.record.problem, cat("container 'bad': exec '", tool, "': No such file or directory"));
    EXPECT_EQ(named(last, "bad").exitCode, 127);
    EXPECT_EQ(named(last, "bad").startedUsec, 0U);
    EXPECT_TRUE(named(last, "good").stopRequested);
    expectNothingLeft();
}

// Everything at once for an executor that was not running: the abort came first, so nothing is released.
TEST_F(Refusal, nothingIsReleasedAfterAnAbort) {
    const std::string marker = path("marker");
    const Report pids = launch(plan({container("a", "touch " + marker)}));
    const auto executor = static_cast<pid_t>(pids.record.executorPid);
    ::kill(executor, SIGSTOP);
    ::usleep(100'000);  // meanwhile podd-init becomes ready
    command(ExecutorCommand::Kind::abort);
    command(ExecutorCommand::Kind::scoped);
    ::kill(executor, SIGTERM);
    ::kill(executor, SIGCONT);
    const Report last = end();
    EXPECT_EQ(last.record.phase, InstancePhase::ended);
    EXPECT_EQ(last.record.containers[0].startedUsec, 0U);
    EXPECT_FALSE(std::filesystem::exists(marker));
    expectNothingLeft();
}

// Takes 30 s: run it with --gtest_also_run_disabled_tests.
TEST_F(Refusal, DISABLED_poddThatDoesNotMakeTheUnits) {
    (void)launch(plan({container("a", "true")}));
    EXPECT_EQ(report(31'000).problem, "podd did not make the units within 30 s");
    expectNothingLeft();
}

TEST_F(Refusal, existingSandboxStays) {
    LaunchPlan launchPlan = plan({container("a", "true")});
    makeDirectories(launchPlan.sandbox);
    script(launchPlan.sandbox + "/precious", "");
    EXPECT_EQ(launch(launchPlan).problem, cat("create directory '", launchPlan.sandbox, "': File exists"));
    EXPECT_TRUE(std::filesystem::exists(launchPlan.sandbox + "/precious"));
}

TEST_F(Refusal, planWithoutSealsAndOrderWithoutPlan) {
    const UniqueFd plain(static_cast<int>(::syscall(SYS_memfd_create, "plain", 0)));
    order({.kind = Order::Kind::launch, .instance = "x-1"}, {plain.get()});
    const Notice spawned = notice();
    EXPECT_EQ(spawned.problem, "");
    const Notice ended = notice();
    EXPECT_EQ(ended.kind, Notice::Kind::executorEnded);
    EXPECT_NE(ended.status, 0);
    order({.kind = Order::Kind::launch, .instance = "x-2"});
    EXPECT_EQ(notice().problem, "the order has no plan");
}

TEST_F(Refusal, onlySandboxesAreRemoved) {
    for (const std::string& wrong : {std::string("/etc/passwd"), path("state/sandboxes"), path("state/sandboxes/"),
                                     path("state/sandboxes/../../run"), path("state/sandboxesx/y")}) {
        order({.kind = Order::Kind::removeSandbox, .instance = "x-1", .path = wrong});
        EXPECT_EQ(notice().problem, cat("'", wrong, "': not a sandbox"));
    }
    makeDirectories(path("state/sandboxes/test-web-9/containers/a"));
    order({.kind = Order::Kind::removeSandbox, .instance = "test-web-9", .path = path("state/sandboxes/test-web-9")});
    const Notice removed = notice();
    EXPECT_EQ(removed.kind, Notice::Kind::removed);
    EXPECT_EQ(removed.problem, "");
    EXPECT_TRUE(listDirectory(path("state/sandboxes")).empty());
}

}  // namespace podd::test
