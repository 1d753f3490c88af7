// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/instance_machine.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace podd {

namespace {

using Action = InstanceAction;

InstanceState at(LaunchPhase phase, bool stopWanted = false) {
    return {.phase = phase, .record = {}, .outcome = {}, .stopWanted = stopWanted};
}

bool has(const InstanceStep& step, Action action) {
    return std::count(step.actions.begin(), step.actions.end(), action) > 0;
}

InstanceRecord ended(int code, bool requested = false) {
    InstanceRecord record;
    record.phase = InstancePhase::ended;
    record.containers.push_back(
        {.name = "db", .phase = ContainerPhase::exited, .exitCode = code, .stopRequested = requested});
    return record;
}

std::vector<InstanceEvent> allEvents() {
    return {Connected{},     Prepared{},     UnitsMade{},  UnitsMade{"no"}, LaunchFailed{}, Running{}, RecordChanged{},
            Ended{ended(1)}, ExecutorGone{}, StopWanted{}, StopSeen{},      UnitsGone{},    TimedOut{}};
}

TEST(InstanceMachine, GoesThroughALaunchStepByStep) {
    InstanceState state = at(LaunchPhase::spawning);
    state = step(state, Connected{}).next;
    EXPECT_EQ(state.phase, LaunchPhase::preparing);
    InstanceStep next = step(state, Prepared{});
    EXPECT_EQ(next.actions, std::vector<Action>{Action::makeUnits});
    next = step(next.next, UnitsMade{});
    EXPECT_EQ(next.actions, std::vector<Action>{Action::sendScoped});
    next = step(next.next, Running{});
    EXPECT_EQ(next.next.phase, LaunchPhase::running);
}

TEST(InstanceMachine, AbortsWhenTheUnitsWereNotMade) {
    const InstanceStep next = step(at(LaunchPhase::scoping), UnitsMade{"refused"});
    EXPECT_TRUE(has(next, Action::sendAbort));
    EXPECT_EQ(next.next.outcome, (Outcome{Outcome::Kind::failed, "refused"}));
}

// A podd-init that fails is gone before systemd can put it into its scope: both complain, in either order.
TEST(InstanceMachine, BelievesTheExecutorRatherThanSystemd) {
    const InstanceStep refused = step(at(LaunchPhase::scoping), UnitsMade{"unit: failed"});
    EXPECT_EQ(step(refused.next, LaunchFailed{{}, "container 'db': no"}).next.outcome.text, "container 'db': no");
    EXPECT_EQ(step(refused.next, LaunchFailed{}).next.outcome.text, "unit: failed");
    EXPECT_EQ(step(at(LaunchPhase::scoping), LaunchFailed{}).next.outcome.text,
              "stopped before its containers were started");
}

TEST(InstanceMachine, NamesTheContainerThatFailedFirst) {
    InstanceRecord record = ended(3);
    record.containers[0].endedUsec = 20;
    record.containers.push_back({.name = "web", .phase = ContainerPhase::exited, .endedUsec = 10, .exitSignal = 11});
    const InstanceStep next = step(at(LaunchPhase::running), Ended{record});
    EXPECT_EQ(next.next.outcome, (Outcome{Outcome::Kind::failed, "container 'web': signal SEGV"}));
}

TEST(InstanceMachine, CallsAnInstanceFinishedWhenAllEndedWithZero) {
    EXPECT_EQ(step(at(LaunchPhase::running), Ended{ended(0)}).next.outcome.kind, Outcome::Kind::finished);
}

TEST(InstanceMachine, CallsAnEndStoppedThatWasAskedFor) {
    const InstanceState state = step(at(LaunchPhase::running), StopWanted{}).next;
    EXPECT_EQ(step(state, Ended{ended(137, true)}).next.outcome.kind, Outcome::Kind::stopped);
    EXPECT_EQ(step(step(at(LaunchPhase::running), StopSeen{}).next, Ended{ended(143)}).next.outcome.kind,
              Outcome::Kind::stopped);
}

TEST(InstanceMachine, TellsTheExecutorBeforeSystemdStopsTheUnits) {
    const InstanceStep next = step(at(LaunchPhase::running), StopWanted{});
    const auto stopping = std::find(next.actions.begin(), next.actions.end(), Action::sendStopping);
    const auto units = std::find(next.actions.begin(), next.actions.end(), Action::stopUnits);
    ASSERT_NE(units, next.actions.end());
    EXPECT_LT(stopping, units);
}

TEST(InstanceMachine, NeverFightsAStopThatSomebodyElseBegan) {
    const InstanceStep next = step(at(LaunchPhase::running), StopSeen{});
    EXPECT_FALSE(has(next, Action::stopUnits));
    EXPECT_TRUE(has(next, Action::sendStopping));
}

TEST(InstanceMachine, CleansUpForAnExecutorThatDied) {
    const InstanceStep next = step(at(LaunchPhase::running), ExecutorGone{"signal KILL"});
    EXPECT_TRUE(has(next, Action::stopUnits));
    EXPECT_TRUE(has(next, Action::removeSandbox));
    EXPECT_EQ(next.next.outcome.text, "the executor ended unexpectedly: signal KILL");
}

TEST(InstanceMachine, AbortsALaunchThatAnEarlierPoddBegan) {
    InstanceRecord record;
    record.phase = InstancePhase::starting;
    const InstanceStep next = step(at(LaunchPhase::preparing), Connected{record});
    EXPECT_TRUE(has(next, Action::sendAbort));
}

TEST(InstanceMachine, TakesUpARunningInstanceAfterAReconnect) {
    InstanceRecord record;
    record.phase = InstancePhase::running;
    EXPECT_EQ(step(at(LaunchPhase::releasing), Connected{record}).next.phase, LaunchPhase::running);
    EXPECT_EQ(step(at(LaunchPhase::running), Connected{record}).actions, std::vector<Action>{});
}

TEST(InstanceMachine, IsTotalAndNeverGoesBack) {
    for (const auto& [phase, name] : kLaunchPhases.rows())
        for (const InstanceEvent& event : allEvents()) {
            const InstanceStep next = step(at(phase), event);
            EXPECT_GE(next.next.phase, phase) << name;
        }
}

TEST(InstanceMachine, LetsNothingHappenAfterTheEnd) {
    for (const InstanceEvent& event : allEvents()) {
        const InstanceStep next = step(at(LaunchPhase::gone), event);
        EXPECT_FALSE(has(next, Action::forget));
        EXPECT_FALSE(has(next, Action::makeUnits));
    }
}

TEST(InstanceMachine, ForgetsOnlyWhenNoUnitIsLeft) {
    for (const auto& [phase, name] : kLaunchPhases.rows())
        for (const InstanceEvent& event : allEvents()) {
            const bool forgets = has(step(at(phase), event), Action::forget);
            const bool due = phase == LaunchPhase::cleaning && std::holds_alternative<UnitsGone>(event);
            EXPECT_EQ(forgets, due) << name;
        }
}

TEST(DescribeExit, SaysHowAContainerEnded) {
    EXPECT_EQ(describeExit({.exitCode = 3}), "exit 3");
    EXPECT_EQ(describeExit({.exitSignal = 9, .reason = EndReason::oomKill, .limitBytes = 64u << 20}),
              "oom-kill at 64.0 MiB");
    EXPECT_EQ(describeExit({.exitSignal = 9, .reason = EndReason::diskLimit, .limitBytes = 1536}),
              "disk-limit at 1.5 KiB");
    EXPECT_EQ(describeExit({.exitSignal = 9, .reason = EndReason::oomKill, .limitBytes = UINT64_MAX}), "oom-kill");
    EXPECT_EQ(describeExit({.exitSignal = 11, .coreDumped = true}), "signal SEGV (core dumped)");
}

}  // namespace

}  // namespace podd
