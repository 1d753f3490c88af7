// SPDX-License-Identifier: LGPL-2.1-or-later
// From the containers' pipes to the journal.
#include <sys/stat.h>
#include <sys/syscall.h>

#include <csignal>
#include <filesystem>

#include "base/file.h"
#include "base/strings.h"
#include "executor_lab.h"

namespace podd::test {

class Output : public ExecutorLab {};

TEST_F(Output, linesCarryTheirFields) {
    const Report running =
        launchAll(plan({container("web", "echo out; echo '<3>bad' >&2; echo '<9>as it is'; printf end")}));
    std::map<std::string, Entry> lines;  // the two streams have no order between them
    for (int i = 0; i < 4; ++i) {
        const Entry next = entry().value();
        lines[next.field("MESSAGE")] = next;
    }
    const Entry& out = lines["out"];
    EXPECT_EQ(out.field("PRIORITY"), "6");
    EXPECT_EQ(out.field("SYSLOG_IDENTIFIER"), "web");
    EXPECT_EQ(out.field("POD_ID"), "/test/web");
    EXPECT_EQ(out.field("POD_INSTANCE"), "/test/web.1");
    EXPECT_EQ(out.field("POD_VERSION"), "2026-01-01T00:00:00.000Z");
    EXPECT_EQ(out.field("CONTAINER_NAME"), "web");
    EXPECT_EQ(out.field("PODD_STREAM"), "stdout");
    EXPECT_EQ(out.all("OBJECT_SYSTEMD_UNIT"),
              (std::vector<std::string>{"pod-test-web-1-web.scope", "pod-test-web-1.slice", "pod-test-web.slice"}));
    EXPECT_EQ(out.pid, running.record.containers[0].pid);
    EXPECT_EQ(lines["bad"].field("PRIORITY"), "3");
    EXPECT_EQ(lines["bad"].field("PODD_STREAM"), "stderr");
    EXPECT_EQ(lines["<9>as it is"].field("PRIORITY"), "6");
    EXPECT_EQ(lines["end"].field("PODD_STREAM"), "stdout");
    (void)end();
}

TEST_F(Output, longLinesAreSplitAndNulArrives) {
    (void)launchAll(plan({container("a", "head -c 100000 /dev/zero | tr '\\0' x; echo; printf 'a\\0b\\n\\nc\\n'")}));
    size_t total = 0;
    while (total < 100000) {
        const std::string next = message();
        ASSERT_FALSE(next.empty());
        EXPECT_LE(next.size(), size_t{48} << 10);
        total += next.size();
    }
    EXPECT_EQ(total, 100000U);
    EXPECT_EQ(message(), std::string("a\0b", 3));
    EXPECT_EQ(message(), "");  // an empty line
    EXPECT_EQ(message(), "c");
    (void)end();
}

TEST_F(Output, backPressureLosesNothing) {
    const Report running = launchAll(plan({container("flood", "seq 1 60000"), container("other", "echo hello")}));
    ::usleep(300'000);  // journald does not read: the container waits
    EXPECT_TRUE(alive(static_cast<pid_t>(named(running, "flood").pid)));
    int expected = 1;
    bool hello = false;
    while (expected <= 60000) {
        const auto next = entry();
        ASSERT_TRUE(next.has_value()) << "after " << expected;
        if (next->field("CONTAINER_NAME") == "other") {
            hello = true;
            continue;
        }
        ASSERT_EQ(next->field("MESSAGE"), std::to_string(expected));
        ++expected;
    }
    EXPECT_TRUE(hello);
    EXPECT_EQ(named(end(), "flood").exitCode, 0);
}

TEST_F(Output, journaldMayGoAndComeBack) {
    (void)launchAll(plan({container("a", "echo one; sleep 0.3; echo two; sleep 0.3; echo three; sleep 0.5")}));
    EXPECT_EQ(message(), "one");
    journal_.reset();
    std::filesystem::remove(path("journal"));
    ::usleep(800'000);
    listenAsJournald();
    EXPECT_EQ(message(), "two");
    EXPECT_EQ(message(), "three");
    EXPECT_EQ(end().record.containers[0].exitCode, 0);
}

}  // namespace podd::test
