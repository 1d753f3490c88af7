// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks, asked by a real executor of real containers.
#include <arpa/inet.h>
#include <sys/socket.h>

#include <csignal>

#include "base/file.h"
#include "base/strings.h"
#include "executor_lab.h"

namespace podd::test {

namespace {

constexpr uint64_t kMillisecond = 1000;

CheckPlan asking(CheckPurpose purpose, const std::string& script) {
    return {.purpose = purpose,
            .probe = ProbeKind::command,
            .argv = {"sh", "-c", script},
            .intervalUsec = 500 * kMillisecond,
            .timeoutUsec = 400 * kMillisecond,
            .maxFailures = purpose == CheckPurpose::health ? 2U : 0U};
}

}  // namespace

class Checks : public ExecutorLab {
protected:
    Report launchWith(const CheckPlan& check, const std::string& script = kForever) {
        ContainerPlan only = container("c", script);
        only.checks = {check};
        return launchAll(plan({only}));
    }
    // What the check of the only container says next.
    CheckRecord said(CheckPurpose purpose) {
        const ContainerRecord record = await(Report::Kind::checked).record.containers.at(0);
        return purpose == CheckPurpose::health ? record.health : record.readiness;
    }
    void finish(const Report& running) {
        command(ExecutorCommand::Kind::stopping);
        ::kill(static_cast<pid_t>(named(running, "c").pid), SIGTERM);
        (void)end();
        expectNothingLeft();
    }
};

TEST_F(Checks, aCommandRunsInItsContainer) {
    const Report running =
        launchWith(asking(CheckPurpose::health, R"(test "$GREETING" = hello && test -e /proc/1/root && test -e mark)"),
                   cat("touch mark; ", kForever));
    EXPECT_EQ(named(running, "c").health.state, CheckState::unknown);
    EXPECT_EQ(named(running, "c").readiness.state, CheckState::none);
    const CheckRecord record = said(CheckPurpose::health);
    EXPECT_EQ(record.state, CheckState::passing) << record.answer;
    const auto onDisk = parseRecord(contentOf("run/instances/test-web-1/record"));
    ASSERT_TRUE(onDisk.has_value());
    EXPECT_EQ(onDisk->containers.at(0).health, record) << "written before it is told";
    finish(running);
}

TEST_F(Checks, whoFailsTooOftenIsEnded) {
    (void)launchWith(asking(CheckPurpose::health, "echo words; exit 9"));
    CheckRecord record = said(CheckPurpose::health);
    EXPECT_EQ(record.state, CheckState::failing);
    EXPECT_EQ(record.failures, 1U);
    EXPECT_EQ(record.answer, "exit 9: words");
    record = said(CheckPurpose::health);
    EXPECT_EQ(record.failures, 2U);
    const ContainerRecord ended = named(end(), "c");
    EXPECT_EQ(ended.reason, EndReason::healthCheck);
    EXPECT_EQ(ended.exitCode, 0) << "it heard SIGTERM";
    EXPECT_FALSE(ended.stopRequested);
    EXPECT_TRUE(ended.failed());
    expectNothingLeft();
}

TEST_F(Checks, whatHangsIsKilledAndHasFailed) {
    const Report running = launchWith(asking(CheckPurpose::readiness, "trap '' TERM; sleep 100"));
    const CheckRecord record = said(CheckPurpose::readiness);
    EXPECT_EQ(record.state, CheckState::failing);
    EXPECT_EQ(record.answer, "no answer within 400ms");
    EXPECT_EQ(record.failures, 0U);
    finish(running);
}

TEST_F(Checks, aCommandThatIsNotThereIsAnAnswer) {
    CheckPlan check = asking(CheckPurpose::readiness, "");
    check.argv = {"no-such-command"};
    const Report running = launchWith(check);
    EXPECT_EQ(said(CheckPurpose::readiness).answer, "command 'no-such-command': not found in PATH '/usr/bin:/bin'");
    finish(running);
}

TEST_F(Checks, aPortIsAskedByTheExecutorItself) {
    const UniqueFd server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ASSERT_EQ(::bind(server.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(::getsockname(server.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    CheckPlan check = asking(CheckPurpose::readiness, "");
    check.probe = ProbeKind::tcp;
    check.port = ntohs(address.sin_port);
    const Report running = launchWith(check);
    EXPECT_EQ(said(CheckPurpose::readiness).answer, cat("connect to port ", check.port, ": Connection refused"));
    ASSERT_EQ(::listen(server.get(), 1), 0);
    EXPECT_EQ(said(CheckPurpose::readiness).state, CheckState::passing);
    finish(running);
}

TEST_F(Checks, whoEndsByItselfWhileItIsAskedHasNotFailedItsCheck) {
    CheckPlan check = asking(CheckPurpose::health, "sleep 100");
    check.timeoutUsec = 60'000 * kMillisecond;
    check.maxFailures = 1;
    (void)launchWith(check, "sleep 0.5; exit 5");
    const ContainerRecord ended = named(end(), "c");
    EXPECT_EQ(ended.reason, EndReason::none);
    EXPECT_EQ(ended.exitCode, 5);
    EXPECT_EQ(ended.health.state, CheckState::unknown);
    expectNothingLeft();
}

TEST_F(Checks, nothingIsAskedOfWhoIsBeingStopped) {
    const Report running = launchWith(asking(CheckPurpose::health, "echo x >> asked"), kDeaf);
    EXPECT_EQ(said(CheckPurpose::health).state, CheckState::passing);
    command(ExecutorCommand::Kind::stopping);
    ::usleep(100'000);
    const std::string file = cat("/proc/", named(running, "c").pid, "/cwd/asked");
    const std::string before = readFile(file);
    EXPECT_FALSE(before.empty());
    ::usleep(1'200'000);
    EXPECT_EQ(readFile(file), before);
    ::kill(static_cast<pid_t>(named(running, "c").pid), SIGKILL);
    EXPECT_EQ(named(end(), "c").health.state, CheckState::passing);
    expectNothingLeft();
}

}  // namespace podd::test
