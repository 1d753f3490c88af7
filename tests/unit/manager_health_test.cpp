// SPDX-License-Identifier: LGPL-2.1-or-later
// What podd makes of the checks of its instances: who does its work, what waits for it, what a new podd believes.
#include <gtest/gtest.h>

#include "fakes/world.h"

namespace podd {

namespace {

using fakes::World;

class ManagerHealth : public ::testing::Test {
protected:
    Pod& pod() { return world.manager->pod("/web"); }
    Instance& instance(uint64_t number) { return *world.manager->findInstance({"/web", number}); }
    std::vector<uint64_t> numbers() {
        std::vector<uint64_t> all;
        for (const auto& [number, each] : pod().instances)
            all.push_back(number);
        return all;
    }

    InstanceRecord record(uint64_t number, InstancePhase phase, CheckState health, const std::string& answer = "") {
        InstanceRecord made = world.record({"/web", number}, phase);
        made.containers[0].health = {.state = health, .sinceUsec = 1, .failures = 0, .answer = answer};
        return made;
    }
    // Runs, with a health check that has not said anything.
    void run(uint64_t number) {
        const InstanceId id{"/web", number};
        const InstanceRecord starting = record(number, InstancePhase::starting, CheckState::unknown);
        world.report(id, Report::Kind::hello, starting);
        world.report(id, Report::Kind::pids, starting);
        world.units.answers.back()({});
        world.report(id, Report::Kind::running, record(number, InstancePhase::running, CheckState::unknown));
        world.settle();
    }
    void say(uint64_t number, CheckState health, const std::string& answer = "") {
        world.report({"/web", number}, Report::Kind::checked, record(number, InstancePhase::running, health, answer));
        world.settle();
    }

    World world;
};

TEST_F(ManagerHealth, ADeploymentWaitsForTheChecks) {
    (void)world.manager->apply(world.definition("/web"), {});
    run(1);
    EXPECT_FALSE(instance(1).ready());
    EXPECT_EQ(instance(1).readySinceUsec(), 0U);
    EXPECT_EQ(pod().state(), PodState::degraded);
    ASSERT_TRUE(pod().deployment());
    EXPECT_EQ(pod().progress(), "launching 0 of 1; instance '/web.1': container 'main': not healthy yet");
    say(1, CheckState::unknown, "exit 1");
    EXPECT_EQ(pod().message(), "instance '/web.1': container 'main': not healthy yet (exit 1)");
    say(1, CheckState::passing);
    EXPECT_TRUE(instance(1).ready());
    EXPECT_GT(instance(1).readySinceUsec(), 0U);
    EXPECT_EQ(pod().state(), PodState::stable);
    EXPECT_FALSE(pod().deployment());
}

TEST_F(ManagerHealth, AnUnhealthyInstanceDegradesThePod) {
    (void)world.manager->apply(world.definition("/web"), {});
    run(1);
    say(1, CheckState::passing);
    say(1, CheckState::failing, "HTTP status 503");
    EXPECT_EQ(pod().state(), PodState::degraded);
    EXPECT_EQ(pod().message(), "instance '/web.1': container 'main': unhealthy: HTTP status 503");
    EXPECT_EQ(pod().ready(), 0U);
    EXPECT_EQ(numbers(), std::vector<uint64_t>{1}) << "only its executor ends it";
    say(1, CheckState::passing);
    EXPECT_EQ(pod().state(), PodState::stable);
}

TEST_F(ManagerHealth, AnOldInstanceGoesForAHealthyOneOnly) {
    (void)world.manager->apply(world.definition("/web"), {});
    run(1);
    say(1, CheckState::passing);
    pod().settleUsec = 0;
    (void)world.manager->apply(world.definition("/web", "sleep 2"), {});
    run(2);
    EXPECT_EQ(numbers(), (std::vector<uint64_t>{1, 2}));
    EXPECT_EQ(instance(1).state().phase, LaunchPhase::running);
    say(2, CheckState::unknown, "exit 1");
    EXPECT_EQ(instance(1).state().phase, LaunchPhase::running);
    EXPECT_EQ(pod().state(), PodState::stable) << "the old one serves";
    say(2, CheckState::passing);
    EXPECT_EQ(instance(1).state().phase, LaunchPhase::stopping);
}

TEST_F(ManagerHealth, AnEndByTheCheckIsAFailureWithItsAnswer) {
    (void)world.manager->apply(world.definition("/web"), {});
    run(1);
    say(1, CheckState::failing, "exit 1: no database");
    InstanceRecord ended = record(1, InstancePhase::ended, CheckState::failing, "exit 1: no database");
    ended.containers[0].phase = ContainerPhase::exited;
    ended.containers[0].reason = EndReason::healthCheck;  // and it heeded SIGTERM: exit 0
    world.report({"/web", 1}, Report::Kind::ended, ended);
    world.settle();
    EXPECT_EQ(pod().lastFailure, "instance '/web.1': container 'main': health check failed: exit 1: no database");
    EXPECT_EQ(pod().backoff.failures, 1U);
    ASSERT_TRUE(pod().deployment());
    EXPECT_TRUE(pod().deployment()->isStuck());
}

TEST_F(ManagerHealth, ANewPoddBelievesTheRecord) {
    (void)world.manager->apply(world.definition("/web"), {});
    run(1);
    say(1, CheckState::passing);
    for (const CheckState state : {CheckState::passing, CheckState::failing, CheckState::unknown}) {
        world.leaveRecord({"/web", 1}, record(1, InstancePhase::running, state, "exit 1"));
        world.executors.live = true;
        world.restart();
        world.manager->recover({});
        EXPECT_EQ(instance(1).ready(), state == CheckState::passing) << kCheckStates.name(state);
        EXPECT_EQ(instance(1).readySinceUsec() > 0, state == CheckState::passing);
    }
}

}  // namespace

}  // namespace podd
