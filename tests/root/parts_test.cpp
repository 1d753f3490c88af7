// SPDX-License-Identifier: LGPL-2.1-or-later
// Parts of the executor that need no process.
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.h"
#include "executor/fields.h"
#include "executor/process.h"
#include "executor/sandbox.h"
#include "executor/users.h"
#include "executor/wording.h"

namespace podd {

TEST(HearsSignal, caughtIgnoredOrBlocked) {
    const auto status = [](const char* set) {
        std::string text =
            "Name:\tx\nSigQ:\t0/1\nSigPnd:\t0000000000004000\nSigBlk:\t0000000000000000\n"
            "SigIgn:\t0000000000000000\nSigCgt:\t0000000000000000\n";
        if (*set != '\0')
            text.replace(text.find(set) + 8, 16, "0000000000004000");
        return text;
    };
    EXPECT_FALSE(hearsSignal(status(""), SIGTERM));
    for (const char* set : {"SigBlk:", "SigIgn:", "SigCgt:"}) {
        EXPECT_TRUE(hearsSignal(status(set), SIGTERM)) << set;
        EXPECT_FALSE(hearsSignal(status(set), SIGINT)) << set;
    }
    EXPECT_FALSE(hearsSignal("", SIGTERM));
}

TEST(Sandbox, pathsAreBelow) {
    EXPECT_TRUE(isBelow("/a/b", "/a"));
    EXPECT_TRUE(isBelow("/a/b/c\\x2dd", "/a"));
    for (const char* path : {"/a", "/a/", "/ab/c", "/a/../b", "/a/b/..", "/a//b", "/a/./b", "/a/b/", "a/b", ""})
        EXPECT_FALSE(isBelow(path, "/a")) << path;
}

TEST(Users, rootNeedsNoLookUp) {
    for (const char* user : {"", "root", "0", "00"}) {
        EXPECT_EQ(resolveUser(user).uid, 0U) << user;
        EXPECT_TRUE(resolveUser(user).groups.empty()) << user;
    }
}

TEST(Users, numbersNeedNotBeKnown) {
    EXPECT_EQ(resolveUser("4294967294").uid, 4294967294U);
    EXPECT_EQ(resolveUser("3999999999").gid, 3999999999U);
    for (const char* user : {"4294967295", "18446744073709551616", "-1", "1x", "0x10"})
        EXPECT_THROW((void)resolveUser(user), Error) << user;
}

TEST(Fields, nameTheContainerAndItsUnits) {
    LaunchPlan plan;
    plan.pod = "/a";
    plan.number = 2;
    plan.version = "v";
    plan.podSlice = "pod-a.slice";
    plan.instanceSlice = "pod-a-2.slice";
    EXPECT_EQ(journalFields(plan, {.name = "c", .scope = "pod-a-2-c.scope"}, "stderr"),
              "SYSLOG_IDENTIFIER=c\nPODD_STREAM=stderr\nPOD_ID=/a\nPOD_INSTANCE=/"
              "a.2\nPOD_VERSION=v\nCONTAINER_NAME=c\n"
              "OBJECT_SYSTEMD_UNIT=pod-a-2-c.scope\nOBJECT_SYSTEMD_UNIT=pod-a-2.slice\nOBJECT_SYSTEMD_UNIT="
              "pod-a.slice\n");
}

TEST(Wording, namesObjectStepAndCause) {
    const ContainerPlan container{.name = "db", .argv = {"x"}, .mounts = {{.source = "/data", .target = "/srv"}}};
    const auto text = [&](InitStep step, int error, uint32_t index, const char* detail) {
        InitReport report{.step = step, .error = error, .index = index};
        std::strcpy(report.detail, detail);
        return wording(container, report);
    };
    EXPECT_EQ(text(InitStep::mountSource, ENOENT, 0, "/data"),
              "container 'db': mount '/data': No such file or directory");
    EXPECT_EQ(text(InitStep::mount, ENOTDIR, 0, "/srv"), "container 'db': mount '/data' at '/srv': Not a directory");
    EXPECT_EQ(text(InitStep::mountPoint, EACCES, 0, "/srv"), "container 'db': mount point '/srv': Permission denied");
    EXPECT_EQ(text(InitStep::forbidden, EPERM, 0, "/run/dbus"),
              "container 'db': volume '': '/data' shows, or is in, '/run/dbus', which no container gets to see");
    EXPECT_EQ(text(InitStep::forbidden, EPERM, 0, "a socket"),
              "container 'db': volume '': '/data' is or shows a socket: only directories and regular files can be "
              "volumes");
    EXPECT_EQ(text(InitStep::target, EPERM, 0, "/proc"),
              "container 'db': volume '': mount point '/srv': is in '/proc', where no volume can be mounted");
    EXPECT_EQ(text(InitStep::seccomp, EINVAL, 0, "seccomp"),
              "container 'db': system call filter: seccomp: Invalid argument");
    EXPECT_EQ(text(InitStep::command, ENOENT, 0, "x"), "container 'db': command 'x': not found in the default PATH");
    EXPECT_EQ(text(InitStep::setup, EACCES, 0, "oom_score_adj"),
              "container 'db': set up 'oom_score_adj': Permission denied");
}

}  // namespace podd
