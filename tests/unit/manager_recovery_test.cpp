// SPDX-License-Identifier: LGPL-2.1-or-later
// What is true after podd, the spawner or systemd itself was replaced in the middle of things.
#include <gtest/gtest.h>

#include "fakes/world.h"

namespace podd {

namespace {

using fakes::World;

using Names = std::vector<std::string>;

std::string sandboxOf(const World& world, const std::string& instance) {
    return cat(world.config().stateDirectory, "/sandboxes/", instance);
}

TEST(ManagerRecovery, EndsALaunchThatAnEarlierPoddOrderedAndWhoseRecordCameLate) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    world.restart();
    world.manager->recover({});  // and orders /web.2
    const InstanceId late{"/web", 1};
    world.leaveRecord(late, world.record(late, InstancePhase::starting));
    world.report(late, Report::Kind::hello, world.record(late, InstancePhase::starting));
    ASSERT_NE(world.manager->findInstance(late), nullptr);
    EXPECT_EQ(world.executors.sent.back().second, ExecutorCommand::Kind::abort);
    world.report(late, Report::Kind::ended, world.record(late, InstancePhase::ended));
    world.settle();
    EXPECT_EQ(world.manager->findInstance(late), nullptr);
    EXPECT_EQ(listDirectory(world.config().runDirectory + "/instances"), Names{});
    world.run({"/web", 2});
    EXPECT_EQ(world.manager->pod("/web").state(), PodState::stable);
}

TEST(ManagerRecovery, TakesUpAnInstanceThatRunsAndWhoseRecordIsGone) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    world.run({"/web", 1});
    const InstanceRecord facts = world.record({"/web", 1}, InstancePhase::running);
    world.restart();
    world.units.loaded = {"pod-web-1.slice"};
    world.manager->recover({});
    world.report({"/web", 1}, Report::Kind::hello, facts);
    const Instance* found = world.manager->findInstance({"/web", 1});
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->state().phase, LaunchPhase::running);
    EXPECT_EQ(found->units(), std::set<std::string>{"pod-web-1.slice"});
}

TEST(ManagerRecovery, StopsAnInstanceOfAPodThatIsNotKnown) {
    World world;
    InstanceRecord facts = world.record({"/gone", 7}, InstancePhase::running);
    facts.version = "2026-01-01T00:00:00.000Z";
    world.units.loaded = {"pod-gone-7.slice", "pod-gone-7.scope"};
    world.report({"/gone", 7}, Report::Kind::hello, facts);
    world.settle();
    EXPECT_EQ(world.executors.sent.back().second, ExecutorCommand::Kind::stopping);
    world.end({"/gone", 7}, 0, true);
    EXPECT_EQ(world.manager->findPod("/gone"), nullptr);
}

TEST(ManagerRecovery, OrdersTheRemovalOfASandboxThatItsExecutorLeft) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    world.run({"/web", 1});
    makeDirectories(sandboxOf(world, "web-1"));
    (void)world.manager->remove("/web");
    world.end({"/web", 1}, 0, true);
    EXPECT_EQ(world.spawner.removed, Names{"web-1"});
}

TEST(ManagerRecovery, LaunchesAgainWhatASpawnerTookAlongAndCleansUpAfterIt) {
    World world;
    (void)world.manager->apply(world.definition("/web", "sleep 1", 2), {});
    world.manager->onNotice({.kind = Notice::Kind::spawned, .instance = "web-1", .pid = ::getpid()});
    world.manager->onSpawnerLost({"web-2"});
    EXPECT_EQ(world.spawner.removed, Names{"web-2"});
    world.settle();
    EXPECT_EQ(world.manager->findInstance({"/web", 2}), nullptr);
    EXPECT_EQ(world.manager->pod("/web").lastFailure, "instance '/web.2': the spawner ended during the launch");
    // Its executor had written a record meanwhile, and was not heard any more.
    world.leaveRecord({"/web", 2}, world.record({"/web", 2}, InstancePhase::starting));
    world.manager->onNotice({.kind = Notice::Kind::removed, .instance = "web-2"});
    EXPECT_EQ(listDirectory(world.config().runDirectory + "/instances"), Names{});
    world.run({"/web", 1});
}

TEST(ManagerRecovery, FindsOutWhichUnitsAreGone) {
    World world;
    (void)world.manager->apply(world.definition("/web", "sleep 1", 1), {});
    world.run({"/web", 1});
    auto& listener = static_cast<UnitListener&>(*world.manager);
    world.units.silent = true;
    listener.removalsMissed();
    (void)world.manager->apply(world.definition("/late", "sleep 1", 1), {});
    world.run({"/late", 1});  // after the question
    ASSERT_EQ(world.units.lists.size(), 1u);
    world.units.lists.front()({"pod-web-1.slice", "pod-web-1.scope"});
    EXPECT_EQ(world.manager->findInstance({"/web", 1})->units(),
              (std::set<std::string>{"pod-web-1.slice", "pod-web-1.scope"}));
    EXPECT_EQ(world.manager->findInstance({"/late", 1})->units().size(), 3u);
}

}  // namespace

}  // namespace podd
