// SPDX-License-Identifier: LGPL-2.1-or-later
// Deployments in podd: who is kept out, how they end, what taking one back leads to, and what a new podd knows of them.
#include <gtest/gtest.h>

#include "fakes/world.h"

namespace podd {

namespace {

using fakes::World;

class ManagerDeployments : public ::testing::Test {
protected:
    // Applied, and as many instances run as it wants.
    std::string deploy(const std::string& command, unsigned instances = 1) {
        const std::string version =
            world.manager->apply(world.definition("/web", command, instances), {.force = true}).version;
        settle();
        return version;
    }
    void settle() { world.complete("/web"); }
    Pod& pod() { return world.manager->pod("/web"); }
    std::vector<uint64_t> numbers() {
        std::vector<uint64_t> all;
        for (const auto& [number, instance] : pod().instances)
            all.push_back(number);
        return all;
    }
    void fail(uint64_t number) {
        world.report({"/web", number}, Report::Kind::hello, world.record({"/web", number}, InstancePhase::starting));
        world.report({"/web", number}, Report::Kind::failed, world.record({"/web", number}, InstancePhase::ended),
                     "no");
        world.settle();
    }
    static Errc refusal(const std::function<void()>& work) {
        try {
            work();
        } catch (const Error& error) {
            return error.code();
        }
        return Errc::internal;
    }

    World world;
};

TEST_F(ManagerDeployments, ScalingReplacesNothing) {
    deploy("sleep 1");
    (void)world.manager->scale("/web", 3, {});
    EXPECT_EQ(pod().deployment()->type, DeploymentType::scale);
    settle();
    EXPECT_EQ(numbers(), (std::vector<uint64_t>{1, 2, 3}));
    EXPECT_FALSE(pod().deployment());
    EXPECT_EQ(pod().deployedVersion(), pod().stored.version);
    (void)world.manager->scale("/web", 2, {});
    settle();
    EXPECT_EQ(numbers(), (std::vector<uint64_t>{1, 2}));
}

TEST_F(ManagerDeployments, ASuspendedPodIsResumedToWhatItWas) {
    deploy("sleep 1", 3);
    (void)world.manager->scale("/web", 0, {});
    settle();
    EXPECT_TRUE(numbers().empty());
    EXPECT_EQ(pod().state(), PodState::stable);
    (void)world.manager->resume("/web", {});
    settle();
    EXPECT_EQ(numbers().size(), 3U);
    EXPECT_EQ(world.manager->resume("/web", {}).outcome, "unchanged");
}

TEST_F(ManagerDeployments, KeepOthersOutUntilTheyEnd) {
    deploy("sleep 1");
    (void)world.manager->apply(world.definition("/web"), {});
    for (const auto& change : std::vector<std::function<void()>>{
             [&] { (void)world.manager->apply(world.definition("/web", "true"), {}); },
             [&] { (void)world.manager->scale("/web", 2, {}); },
             [&] { (void)world.manager->restart("/web"); },
             [&] { (void)world.manager->remove("/web"); },
         })
        EXPECT_EQ(refusal(change), Errc::locked);
    EXPECT_EQ(world.manager->store().versions("/web").size(), 2U);
    EXPECT_EQ(world.manager->apply(world.definition("/web"), {}).deployment, pod().deployment()->id) << "the same";
    settle();
    EXPECT_EQ(world.manager->apply(world.definition("/web", "true"), {}).outcome, "changed");
}

TEST_F(ManagerDeployments, ToDeleteWhatIsBeingCreatedNeedsNoForce) {
    (void)world.manager->apply(world.definition("/web"), {});
    fail(1);
    (void)world.manager->remove("/web");
    EXPECT_EQ(world.manager->findPod("/web"), nullptr);
}

TEST_F(ManagerDeployments, StoppingAndStartingNeedNoForce) {
    (void)world.manager->apply(world.definition("/web"), {});
    (void)world.manager->stop("/web");
    EXPECT_TRUE(world.observer.results.back().starts_with("canceled"));
    EXPECT_EQ(pod().deployment()->type, DeploymentType::stop);
    (void)world.manager->start("/web");
    EXPECT_EQ(pod().deployment()->type, DeploymentType::start);
}

TEST_F(ManagerDeployments, AreStuckUntilAnInstanceComesUp) {
    (void)world.manager->apply(world.definition("/web"), {});
    fail(1);
    EXPECT_TRUE(pod().deployment()->isStuck());
    EXPECT_EQ(world.observer.stuck, std::vector<std::string>{"instance '/web.1': no"});
    EXPECT_EQ(pod().deployment()->failures, 1U);
    world.manager->resetFailed("/web");
    EXPECT_FALSE(pod().deployment()->isStuck());
    settle();
    EXPECT_EQ(world.observer.results, std::vector<std::string>{"done"});
}

TEST_F(ManagerDeployments, ACanceledUpdateKeepsWhatStillRuns) {
    const std::string first = deploy("sleep 1", 2);
    (void)world.manager->apply(world.definition("/web", "true", 2), {});
    fail(3);
    const uint32_t id = pod().deployment()->id;
    EXPECT_NE(world.manager->cancel(id), 0U);
    settle();
    EXPECT_EQ(numbers(), (std::vector<uint64_t>{1, 2})) << "instances of the first version are as good";
    EXPECT_EQ(world.manager->definition("/web", "target"), world.manager->definition("/web", first));
    EXPECT_EQ(pod().deployedVersion(), pod().stored.version);
    EXPECT_EQ(refusal([&] { (void)world.manager->cancel(id); }), Errc::noSuchDeployment);
}

TEST_F(ManagerDeployments, ACanceledCreationLeavesNoPod) {
    (void)world.manager->apply(world.definition("/web"), {});
    fail(1);
    (void)world.manager->cancel(pod().deployment()->id);
    world.settle();
    EXPECT_EQ(world.manager->findPod("/web"), nullptr);
}

TEST_F(ManagerDeployments, ACanceledRestartKeepsTheOldInstances) {
    deploy("sleep 1", 2);
    (void)world.manager->restart("/web");
    EXPECT_EQ(world.manager->cancel(pod().deployment()->id), 0U);
    settle();
    EXPECT_EQ(numbers().size(), 2U);
    EXPECT_FALSE(pod().deployment());
}

TEST_F(ManagerDeployments, WhatCannotBeTakenBackSaysSo) {
    deploy("sleep 1");
    (void)world.manager->stop("/web");
    EXPECT_EQ(refusal([&] { (void)world.manager->cancel(pod().deployment()->id); }), Errc::notNow);
}

TEST_F(ManagerDeployments, AreRolledBackByThemselvesAfterSoManyFailures) {
    const std::string first = deploy("sleep 1");
    (void)world.manager->apply(world.definition("/web", "true"), {.rollbackAfter = 2});
    fail(2);
    EXPECT_NE(world.manager->definition("/web", "target"), world.manager->definition("/web", first));
    pod().backoff = {};
    world.manager->onNotice({});  // anything that makes the loop turn
    pod().timer.armIn(0);
    world.settle();
    fail(3);
    EXPECT_EQ(world.manager->definition("/web", "target"), world.manager->definition("/web", first));
    EXPECT_EQ(world.observer.results.back(), "done");
    EXPECT_EQ(world.observer.results[world.observer.results.size() - 2],
              "failed: rolled back after 2 failures; the last one: instance '/web.3': no");
    EXPECT_EQ(numbers(), std::vector<uint64_t>{1});
}

TEST_F(ManagerDeployments, OutlivePodd) {
    const std::string first = deploy("sleep 1");
    world.leaveRecord({"/web", 1}, world.record({"/web", 1}, InstancePhase::running));
    world.executors.live = true;
    const Applied applied = world.manager->apply(world.definition("/web", "sleep 2"), {.rollbackAfter = 7});
    world.restart();
    world.manager->recover({});
    ASSERT_TRUE(pod().deployment());
    EXPECT_EQ(pod().deployment()->id, applied.deployment);
    EXPECT_EQ(pod().deployment()->type, DeploymentType::update);
    EXPECT_EQ(pod().deployment()->from, first);
    EXPECT_EQ(pod().deployment()->rollbackAfter, 7U);
    EXPECT_EQ(refusal([&] { (void)world.manager->scale("/web", 2, {}); }), Errc::locked);
    EXPECT_FALSE(world.manager->findInstance({"/web", 1})->state().ending()) << "the new one comes first";
    EXPECT_GT(world.manager->restart("/web", true), applied.deployment) << "no number is given twice";
}

TEST_F(ManagerDeployments, ThatEndedAreForgottenByTheNextPoddToo) {
    deploy("sleep 1");
    world.leaveRecord({"/web", 1}, world.record({"/web", 1}, InstancePhase::running));
    world.executors.live = true;
    world.restart();
    world.manager->recover({});
    EXPECT_FALSE(pod().deployment());
}

}  // namespace

}  // namespace podd
