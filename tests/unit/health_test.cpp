// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/health.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/socket.h"
#include "base/wire.h"
#include "core/base_plan.h"
#include "core/endpoints.h"
#include "executor/probe.h"
#include "model/executor_protocol.h"
#include "model/pod_spec_json.h"

#include "small_definitions.h"

using namespace podd;
using namespace podd::testing;

namespace {

constexpr uint64_t kSecond = 1'000'000;
constexpr uint64_t kStart = 1000 * kSecond;

CheckPlan healthCheck(uint64_t grace, uint64_t maxFailures) {
    return {.purpose = CheckPurpose::health,
            .delayUsec = 2 * kSecond,
            .intervalUsec = 10 * kSecond,
            .timeoutUsec = 5 * kSecond,
            .graceUsec = grace * kSecond,
            .maxFailures = maxFailures};
}

CheckPlan readinessCheck() {
    CheckPlan plan = healthCheck(0, 0);
    plan.purpose = CheckPurpose::readiness;
    return plan;
}

// What a probe every ten seconds says, '+' or '-', and what follows: u(nknown), h(ealthy), s(ick); capitals for a
// transition, '!' for an end.
struct Row {
    const char* name;
    CheckPlan check;
    std::string answers;
    std::string verdicts;
    uint64_t failures;  // at the end
};

const std::vector<Row> kRows = {
    {"passes", healthCheck(60, 3), "+++", "Hhh", 0},
    {"failures in the grace do not count", healthCheck(60, 1), "-----+", "uuuuuH", 0},
    {"the grace ends", healthCheck(30, 3), "------", "uuuSss!", 3},
    {"without a grace the first failure counts", healthCheck(0, 2), "--", "Ss!", 2},
    {"the grace is over with the first success", healthCheck(600, 2), "+--", "HSs!", 2},
    {"one failure is enough", healthCheck(0, 1), "-", "S!", 1},
    {"failures have to come one after another", healthCheck(0, 3), "+--+--+", "HSsHSsH", 0},
    {"flapping ends nothing", healthCheck(0, 2), "+-+-+-", "HSHSHS", 1},
    {"no number of failures ends it", healthCheck(0, 0), "------", "Ssssss", 6},
    {"readiness has no grace", readinessCheck(), "--+-+", "SsHSH", 0},
    {"readiness ends nothing and counts nothing", readinessCheck(), "---------", "Sssssssss", 0},
};

char letter(CheckState state) {
    switch (state) {
        case CheckState::unknown: return 'u';
        case CheckState::passing: return 'h';
        case CheckState::failing: return 's';
        case CheckState::none: break;
    }
    return '?';
}

TEST(Health, WhatFollowsFromAnswers) {
    for (const Row& row : kRows) {
        health::Progress now = health::begin(row.check, kStart);
        std::string verdicts;
        for (const char answer : row.answers) {
            const uint64_t started = now.dueUsec;
            const health::Step step = health::answered(row.check, now, {.passed = answer == '+', .text = "exit 1"},
                                                       started, started + kSecond / 2);
            now = step.next;
            const char verdict = letter(now.state);
            verdicts += step.transition ? static_cast<char>(verdict - 'a' + 'A') : verdict;
            if (step.kill)
                verdicts += '!';
            EXPECT_TRUE(step.news || !step.transition) << row.name;
            EXPECT_EQ(now.answer, answer == '+' ? "" : "exit 1") << row.name;
            EXPECT_EQ(now.dueUsec, started + row.check.intervalUsec) << row.name;
        }
        EXPECT_EQ(verdicts, row.verdicts) << row.name;
        EXPECT_EQ(now.failures, row.failures) << row.name;
    }
}

TEST(Health, TheFirstProbeComesAfterTheDelay) {
    EXPECT_EQ(health::begin(healthCheck(60, 3), kStart).dueUsec, kStart + 2 * kSecond);
}

TEST(Health, ThereIsNoNewsWhileNothingChanges) {
    const CheckPlan check = healthCheck(60, 3);
    const health::Progress fresh = health::begin(check, kStart);
    const health::Step failed = health::answered(check, fresh, {false, "exit 1"}, kStart, kStart);
    EXPECT_TRUE(failed.news) << "people are told why it is not healthy yet";
    EXPECT_FALSE(failed.transition);
    EXPECT_FALSE(health::answered(check, failed.next, {false, "exit 1"}, kStart, kStart).news);
    EXPECT_TRUE(health::answered(check, failed.next, {false, "exit 2"}, kStart, kStart).news);
    const health::Step passed = health::answered(check, failed.next, {true, ""}, kStart, kStart);
    EXPECT_TRUE(passed.news);
    EXPECT_FALSE(health::answered(check, passed.next, {true, ""}, kStart, kStart).news);
}

TEST(Health, WhatIsOverdueIsAskedOnceAndAtOnce) {
    const CheckPlan check = healthCheck(60, 3);
    const health::Progress now = health::begin(check, kStart);
    const uint64_t late = kStart + 1000 * kSecond;  // the host was busy
    EXPECT_EQ(health::answered(check, now, {true, ""}, kStart, late).next.dueUsec, late);
}

TEST(Health, WhatWasMissedWhileItWasSuspendedDoesNotCount) {
    const CheckPlan check = healthCheck(60, 2);
    health::Progress now = health::answered(check, health::begin(check, kStart), {false, "x"}, kStart, kStart).next;
    const uint64_t frozen = kStart + 10 * kSecond;
    const uint64_t thawed = kStart + 1000 * kSecond;
    const health::Progress resumed = health::resumed(check, now, frozen, thawed);
    now.dueUsec = thawed + check.intervalUsec;
    now.graceEndUsec = thawed + 50 * kSecond;
    EXPECT_EQ(resumed, now);
}

TEST(Health, AnAnswerIsNotLongerThanItsRoom) {
    const auto kept = [](const std::string& text) {
        const CheckPlan check = readinessCheck();
        return health::answered(check, health::begin(check, kStart), {false, text}, kStart, kStart).next.answer;
    };
    EXPECT_EQ(kept(std::string(256, 'x')), std::string(256, 'x'));
    EXPECT_EQ(kept(std::string(257, 'x')), std::string(253, 'x') + "...");
    EXPECT_EQ(kept(std::string(252, 'x') + "\u00e9" + std::string(9, 'x')), std::string(252, 'x') + "...")
        << "no half character";
}

// With as many containers as there can be, and the longest names and answers, for each of both checks.
TEST(Health, TheRecordOfTheLargestInstanceFitsIntoAPacket) {
    Report report{.kind = Report::Kind::checked, .record = {.pod = std::string(200, 'p')}, .problem = ""};
    for (int i = 0; i < 64; ++i) {
        ContainerRecord container{.name = std::string(63, 'c')};
        container.health.answer = container.readiness.answer = std::string(health::kMaxAnswer, 'x');
        report.record.containers.push_back(container);
    }
    EXPECT_LE(wire::encode(report).size(), kMaxPacket);
}

TEST(Health, NamesForClients) {
    EXPECT_STREQ(health::healthName(CheckState::none), "");
    EXPECT_STREQ(health::healthName(CheckState::unknown), "unknown");
    EXPECT_STREQ(health::healthName(CheckState::passing), "healthy");
    EXPECT_STREQ(health::healthName(CheckState::failing), "unhealthy");
    EXPECT_STREQ(health::readinessName(CheckState::none), "");
    EXPECT_STREQ(health::readinessName(CheckState::unknown), "unknown");
    EXPECT_STREQ(health::readinessName(CheckState::passing), "ready");
    EXPECT_STREQ(health::readinessName(CheckState::failing), "not-ready");
    EXPECT_EQ(health::tooLate(healthCheck(0, 0)).text, "no answer within 5s");
}

ContainerRecord container(CheckState health, CheckState readiness = CheckState::none,
                          ContainerPhase phase = ContainerPhase::running) {
    ContainerRecord record{.name = "c", .phase = phase};
    record.health = {.state = health, .failures = 1, .answer = "exit 1"};
    record.readiness = {.state = readiness, .answer = "HTTP 503"};
    return record;
}

TEST(Health, OfAnInstanceTheWorstDecides) {
    using S = CheckState;
    const auto of = [](const std::vector<ContainerRecord>& containers) {
        return health::healthOf({.pod = "/a", .number = 1, .containers = containers});
    };
    EXPECT_EQ(of({}), S::none);
    EXPECT_EQ(of({container(S::none), container(S::none)}), S::none);
    EXPECT_EQ(of({container(S::none), container(S::passing)}), S::passing);
    EXPECT_EQ(of({container(S::unknown), container(S::passing)}), S::unknown);
    EXPECT_EQ(of({container(S::unknown), container(S::failing), container(S::passing)}), S::failing);
    EXPECT_EQ(of({container(S::failing, S::none, ContainerPhase::exited), container(S::passing)}), S::passing);
}

TEST(Health, WhatAnInstanceWaitsFor) {
    using S = CheckState;
    const auto of = [](const ContainerRecord& only) {
        return health::whyNotReady({.pod = "/a", .number = 1, .containers = {only}});
    };
    EXPECT_EQ(of(container(S::none)), "");
    EXPECT_EQ(of(container(S::passing, S::passing)), "");
    EXPECT_EQ(of(container(S::unknown, S::passing)), "container 'c': not healthy yet (exit 1)");
    EXPECT_EQ(of(container(S::failing)), "container 'c': unhealthy: exit 1");
    EXPECT_EQ(of(container(S::passing, S::unknown)), "container 'c': not ready yet (HTTP 503)");
    EXPECT_EQ(of(container(S::none, S::failing)), "container 'c': not ready: HTTP 503");
    EXPECT_EQ(of(container(S::failing, S::failing, ContainerPhase::exited)), "");
}

CheckPlan planned(const std::string& check) {
    const ParsedPod parsed =
        parsePod(podd::testing::container(cat(R"("endpoints":[{"name":"web","hostPort":8080}],)", check)), true);
    EXPECT_TRUE(parsed.ok()) << check;
    const std::vector<CheckPlan> checks = checksOf(parsed.spec.containers.at(0), bindingsOf(parsed.spec, {}));
    EXPECT_EQ(checks.size(), 1U);
    return checks.at(0);
}

TEST(CheckPlans, HaveTheDefaultsOfTheFormat) {
    const CheckPlan plan = planned(R"("healthCheck":{"exec":{"command":{"shell":"true"}}})");
    EXPECT_EQ(plan.purpose, CheckPurpose::health);
    EXPECT_EQ(plan.probe, ProbeKind::command);
    EXPECT_EQ(plan.argv, (std::vector<std::string>{"/bin/sh", "-c", "true"}));
    EXPECT_EQ(plan.delayUsec, 15 * kSecond);
    EXPECT_EQ(plan.intervalUsec, 60 * kSecond);
    EXPECT_EQ(plan.timeoutUsec, 20 * kSecond);
    EXPECT_EQ(plan.graceUsec, 300 * kSecond);
    EXPECT_EQ(plan.maxFailures, 3U);
}

TEST(CheckPlans, WhereItIsAsked) {
    EXPECT_EQ(planned(R"("healthCheck":{"tcp":{"endpoint":"web"}})").port, 8080U);
    EXPECT_EQ(planned(R"("healthCheck":{"http":{"endpoint":"web"}})").url, "http://127.0.0.1:8080/");
    EXPECT_EQ(planned(R"("check":{"http":{"endpoint":"web","scheme":"https","path":"/a?b=c"}})").url,
              "https://127.0.0.1:8080/a?b=c");
}

TEST(CheckPlans, ZeroesThatMeanSomething) {
    const CheckPlan plan = planned(
        R"("healthCheck":{"tcp":{"endpoint":"web"},"intervalSeconds":1,"maxConsecutiveFailures":0,"delaySeconds":0})");
    EXPECT_EQ(plan.timeoutUsec, kSecond) << "until the next one is due";
    EXPECT_EQ(plan.maxFailures, 1U) << "the first failure ends it";
    EXPECT_EQ(plan.delayUsec, 0U);
    const CheckPlan check = planned(R"("check":{"tcp":{"endpoint":"web"}})");
    EXPECT_EQ(check.purpose, CheckPurpose::readiness);
    EXPECT_EQ(check.maxFailures, 0U);
    EXPECT_EQ(check.graceUsec, 0U);
}

TEST(CheckPlans, AContainerMayHaveBoth) {
    const ParsedPod parsed = parsePod(podd::testing::container(
        R"("healthCheck":{"exec":{"command":{"shell":"true"}}},"check":{"exec":{"command":{"argv":["test"]}}})"));
    const std::vector<CheckPlan> checks = checksOf(parsed.spec.containers.at(0), {});
    ASSERT_EQ(checks.size(), 2U);
    EXPECT_EQ(checks[0].purpose, CheckPurpose::health);
    EXPECT_EQ(checks[1].argv, std::vector<std::string>{"test"});
}

TEST(Probe, OfTheOutputTheLastLineThatSaysAnythingIsTheAnswer) {
    EXPECT_EQ(lastLine(""), "");
    EXPECT_EQ(lastLine("\n \n\t\r\n"), "");
    EXPECT_EQ(lastLine("one\ntwo\n"), "two");
    EXPECT_EQ(lastLine("one\ntwo\r\n\n"), "two");
    EXPECT_EQ(lastLine("cut"), "cut");
    EXPECT_EQ(lastLine("a\x1b[31mred\n"), "a\\x1b[31mred");
}

}  // namespace
