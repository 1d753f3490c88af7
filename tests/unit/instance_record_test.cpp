// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/instance_record.h"

#include <gtest/gtest.h>

namespace podd {

namespace {

InstanceRecord example() {
    return {.pod = "/prod/web-1",
            .number = 3,
            .version = "2026-01-01T00:00:00.000Z",
            .phase = InstancePhase::running,
            .executorPid = 4711,
            .problem = "container 'db': mount '/a\\b\nEND=0': No such file or directory",
            .endpoints = {{"db", "sql", true, false, 5432, 0}, {"db", "udp", false, true, 31000, 9, "blue"}},
            .networks = {{.network = "podd",
                          .interface = "eth0",
                          .link = "podd-2",
                          .addresses = {"10.213.0.2/16", "fd00::2/64"},
                          .gateways = {"10.213.0.1"},
                          .isDefault = true},
                         {.network = "blue", .interface = "eth1"}},
            .containers = {{.name = "nginx", .phase = ContainerPhase::running, .pid = 4712, .startedUsec = 1},
                           {.name = "log",
                            .phase = ContainerPhase::exited,
                            .pid = 4713,
                            .startedUsec = 2,
                            .endedUsec = UINT64_MAX,
                            .exitCode = 0,
                            .exitSignal = 11,
                            .coreDumped = true,
                            .stopRequested = true,
                            .health = {.state = CheckState::failing, .sinceUsec = 3, .failures = 2, .answer = "a\nb"},
                            .readiness = {.state = CheckState::unknown, .sinceUsec = 4}}}};
}

}  // namespace

TEST(InstanceRecord, survivesTheWayThroughItsText) {
    EXPECT_EQ(parseRecord(recordText(example())), example());
    InstanceRecord fresh{.pod = "/a", .number = 1};
    EXPECT_EQ(parseRecord(recordText(fresh)), fresh);
}

TEST(InstanceRecord, hasAReadableForm) {
    InstanceRecord record{.pod = "/a", .number = 1, .version = "v", .executorPid = 5};
    record.containers.push_back({.name = "c", .pid = 6});
    EXPECT_EQ(recordText(record),
              "POD=/a\nNUMBER=1\nVERSION=v\nPHASE=starting\nEXECUTOR_PID=5\nPROBLEM=\n"
              "[container]\nNAME=c\nPHASE=preparing\nPID=6\nSTARTED_USEC=0\nENDED_USEC=0\nEXIT_CODE=0\nEXIT_"
              "SIGNAL=0\n"
              "CORE_DUMPED=no\nSTOP_REQUESTED=no\nREASON=none\nLIMIT_BYTES=0\nDISK_BYTES=18446744073709551615\n"
              "END=3446031467\n");
}

TEST(InstanceRecord, whatChecksSayIsReadable) {
    InstanceRecord record{.pod = "/a", .number = 1};
    record.containers.push_back({.name = "c"});
    record.containers.back().health = {.state = CheckState::failing, .sinceUsec = 3, .failures = 2, .answer = "exit 1"};
    EXPECT_NE(
        recordText(record).find("\nHEALTH=failing\nHEALTH_SINCE_USEC=3\nHEALTH_FAILURES=2\nHEALTH_ANSWER=exit 1\nEND="),
        std::string::npos);
}

TEST(InstanceRecord, anyCutOrChangedByteIsNoticed) {
    const std::string text = recordText(example());
    for (size_t i = 0; i < text.size(); ++i) {
        EXPECT_FALSE(parseRecord(text.substr(0, i))) << "cut at " << i;
        std::string changed = text;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(parseRecord(changed)) << "changed at " << i;
    }
    EXPECT_FALSE(parseRecord(text + "x"));
    EXPECT_FALSE(parseRecord(""));
    EXPECT_FALSE(parseRecord("\n"));
}

}  // namespace podd
