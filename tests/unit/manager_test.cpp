// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/manager.h"

#include "base/file.h"
#include "fakes/world.h"

namespace podd {

namespace {

using fakes::World;

TEST(Manager, LaunchesWhatIsAppliedAndMakesItsUnitsInOneCall) {
    World world;
    const Applied applied = world.manager->apply(world.definition("/web"), {});
    EXPECT_EQ(applied.outcome, "created");
    ASSERT_EQ(world.spawner.plans.size(), 1u);
    world.run({"/web", 1});

    ASSERT_EQ(world.units.started.size(), 1u);
    EXPECT_EQ(world.units.started[0].name, "pod-web-1.scope");
    EXPECT_EQ(world.units.auxiliary[0][0].name, "pod-web-1.slice");
    EXPECT_EQ(world.units.auxiliary[0][1].name, "pod-web-1-main.scope");
    EXPECT_EQ(world.manager->pod("/web").state(), PodState::stable);
    EXPECT_EQ(world.observer.results, std::vector<std::string>{"done"});
}

TEST(Manager, KeepsTheDefinitionThatIsTheSame) {
    World world;
    const std::string version = world.manager->apply(world.definition("/web"), {}).version;
    const Applied again = world.manager->apply(world.definition("/web"), {});
    EXPECT_EQ(again.outcome, "unchanged");
    EXPECT_EQ(again.version, version);
    EXPECT_EQ(world.manager->store().versions("/web").size(), 1u);
}

TEST(Manager, ReplacesInstancesOfAnOlderVersionOnceNewOnesRun) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    world.run({"/web", 1});
    EXPECT_EQ(world.manager->apply(world.definition("/web", "sleep 2"), {}).outcome, "changed");
    ASSERT_EQ(world.spawner.plans.size(), 2u);
    EXPECT_EQ(world.spawner.plans[1].number, 2u);
    EXPECT_FALSE(world.manager->findInstance({"/web", 1})->state().ending());
    world.run({"/web", 2});
    EXPECT_TRUE(world.manager->findInstance({"/web", 1})->state().ending());
}

TEST(Manager, RefusesAnIdThatIsAPathPrefixOfAnother) {
    World world;
    (void)world.manager->apply(world.definition("/prod/web"), {});
    EXPECT_THROW((void)world.manager->apply(world.definition("/prod"), {}), Error);
    EXPECT_THROW((void)world.manager->apply(world.definition("/prod/web/a"), {}), Error);
    EXPECT_NO_THROW((void)world.manager->apply(world.definition("/prod/web2"), {}));
}

TEST(Manager, WaitsBeforeItLaunchesAFailedPodAgain) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    world.run({"/web", 1});
    world.end({"/web", 1}, 3);
    const Pod& pod = world.manager->pod("/web");
    EXPECT_EQ(world.spawner.plans.size(), 1u);
    EXPECT_EQ(pod.backoff.delayUsec, 1'000'000u);
    EXPECT_EQ(pod.lastFailure, "instance '/web.1': container 'main': exit 3");
    EXPECT_GT(pod.nextLaunchRealtimeUsec(), 0u);
    EXPECT_EQ(pod.state(), PodState::degraded);
}

TEST(Manager, SaysThatADeploymentIsStuckWhenTheSpawnerCannotBeReached) {
    World world;
    world.spawner.reachable = false;
    (void)world.manager->apply(world.definition("/web"), {});
    world.settle();
    EXPECT_EQ(world.observer.stuck, std::vector<std::string>{"instance '/web.1': the spawner does not listen"});
}

TEST(Manager, AbortsALaunchWhoseUnitsWereRefused) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    const InstanceId id{"/web", 1};
    world.report(id, Report::Kind::hello, world.record(id, InstancePhase::starting));
    world.report(id, Report::Kind::pids, world.record(id, InstancePhase::starting));
    world.units.answers.back()({"systemd refused the units: no", true});
    ASSERT_EQ(world.executors.sent.size(), 1u);
    EXPECT_EQ(world.executors.sent[0].second, ExecutorCommand::Kind::abort);
    world.report(id, Report::Kind::ended, world.record(id, InstancePhase::ended));
    world.settle();
    EXPECT_EQ(world.manager->findInstance(id), nullptr);
    EXPECT_EQ(world.manager->pod("/web").lastFailure, "instance '/web.1': systemd refused the units: no");
}

TEST(Manager, WaitsForNoUnitsOfAFailedLaunchThatSystemdRefusedMeanwhile) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    const InstanceId id{"/web", 1};
    world.report(id, Report::Kind::hello, world.record(id, InstancePhase::starting));
    world.report(id, Report::Kind::pids, world.record(id, InstancePhase::starting));
    world.report(id, Report::Kind::failed, world.record(id, InstancePhase::ended), "container 'main': no command");
    world.settle();
    EXPECT_NE(world.manager->findInstance(id), nullptr);
    world.units.answers.back()({"systemd refused the units: No such process", true});
    world.settle();
    EXPECT_EQ(world.manager->findInstance(id), nullptr);
    EXPECT_EQ(world.manager->pod("/web").lastFailure, "instance '/web.1': container 'main': no command");
}

TEST(Manager, DoesNotUndoWhatAnAdministratorStoppedThroughSystemd) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    const InstanceId id{"/web", 1};
    world.run(id);
    static_cast<UnitListener&>(*world.manager).jobQueued("/deployment/1", "pod-web-1.scope");
    ASSERT_EQ(world.units.stopJobQuestions.size(), 1u);
    world.end(id, 143);  // held back until the deployment is known
    EXPECT_NE(world.manager->findInstance(id), nullptr);
    world.units.stopJobQuestions[0](true);
    world.removeUnits(id);
    const Pod& pod = world.manager->pod("/web");
    EXPECT_EQ(pod.state(), PodState::stopped);
    EXPECT_FALSE(pod.stored.up);
    EXPECT_EQ(pod.backoff.failures, 0u);
    EXPECT_EQ(world.spawner.plans.size(), 1u);
}

TEST(Manager, HearsOfAnAdministratorsStopAfterItsEffect) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    const InstanceId id{"/web", 1};
    world.run(id);
    world.units.silent = true;  // the answer of systemd comes behind the signal that is on its way
    world.end(id, 143);
    static_cast<UnitListener&>(*world.manager).jobQueued("/deployment/1", "pod-web-1.scope");
    ASSERT_EQ(world.units.lists.size(), 1u);
    world.units.lists[0]({});
    EXPECT_TRUE(world.manager->pod("/web").stored.up);  // what the deployment does is not known yet
    world.units.stopJobQuestions.at(0)(true);
    world.settle();
    EXPECT_EQ(world.manager->pod("/web").state(), PodState::stopped);
    EXPECT_EQ(world.manager->pod("/web").backoff.failures, 0u);
    EXPECT_EQ(world.spawner.plans.size(), 1u);
}

TEST(Manager, TakesTheEndOfAnExecutorThatIsStoppedForAStop) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    const InstanceId id{"/web", 1};
    world.run(id);
    static_cast<UnitListener&>(*world.manager).jobQueued("/deployment/1", "pod-web-1.scope");
    world.manager->onNotice({.kind = Notice::Kind::executorEnded, .instance = id.escaped()});
    world.units.stopJobQuestions.at(0)(true);
    world.removeUnits(id);
    EXPECT_EQ(world.manager->pod("/web").state(), PodState::stopped);
    EXPECT_EQ(world.manager->pod("/web").lastFailure, "");
}

TEST(Manager, RememberesNothingOfAStopThatComesFromAShutdown) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    const InstanceId id{"/web", 1};
    world.run(id);
    world.units.shutdown = true;
    static_cast<UnitListener&>(*world.manager).jobQueued("/deployment/1", "pod-web-1.scope");
    world.units.stopJobQuestions[0](true);
    world.end(id, 143);
    EXPECT_TRUE(world.manager->pod("/web").stored.up);
    EXPECT_EQ(world.spawner.plans.size(), 1u);  // and launches nothing while the host goes down
}

TEST(Manager, TakesAJobThatStopsNothingForWhatItIs) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    const InstanceId id{"/web", 1};
    world.run(id);
    static_cast<UnitListener&>(*world.manager).jobQueued("/deployment/1", "pod-web-1.scope");
    world.units.stopJobQuestions[0](false);
    EXPECT_EQ(world.manager->pod("/web").state(), PodState::stable);
}

TEST(Manager, ForgetsADeletedPodButNotItsHistory) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    world.run({"/web", 1});
    (void)world.manager->remove("/web");
    EXPECT_THROW((void)world.manager->apply(world.definition("/web"), {}), Error);  // while it goes away
    world.end({"/web", 1}, 0, true);
    EXPECT_EQ(world.manager->findPod("/web"), nullptr);
    EXPECT_EQ(world.manager->store().versions("/web").size(), 1u);
    EXPECT_EQ(world.manager->apply(world.definition("/web"), {}).outcome, "created");
    EXPECT_EQ(world.spawner.plans.back().number, 2u);  // the number only grows
    EXPECT_EQ(world.manager->store().versions("/web").size(), 2u);
}

TEST(Manager, FindsWhatRanAfterItsOwnDeath) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    const InstanceId id{"/web", 1};
    world.run(id);
    const InstanceRecord facts = world.record(id, InstancePhase::ended);
    makeDirectories(world.config().runDirectory + "/instances/web-1");
    InstanceRecord ended = facts;
    ended.containers[0] = {.name = "main", .phase = ContainerPhase::exited, .exitCode = 7};
    writeFileAtomically(world.config().runDirectory + "/instances/web-1/record", recordText(ended),
                        Durability::volatileFile);
    world.restart();
    world.manager->recover({});
    world.settle();
    EXPECT_EQ(world.manager->pod("/web").lastFailure, "instance '/web.1': container 'main': exit 7");
    EXPECT_EQ(listDirectory(world.config().runDirectory + "/instances"), std::vector<std::string>{});
}

TEST(Manager, StopsAnExecutorWhoseLaunchItDidNotBegin) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    const InstanceId id{"/web", 1};
    makeDirectories(world.config().runDirectory + "/instances/web-1");
    writeFileAtomically(world.config().runDirectory + "/instances/web-1/record",
                        recordText(world.record(id, InstancePhase::starting)), Durability::volatileFile);
    world.restart();
    world.executors.sent.clear();
    world.executors.live = true;
    world.manager->recover({});
    ASSERT_NE(world.manager->findInstance(id), nullptr);
    world.report(id, Report::Kind::hello, world.record(id, InstancePhase::starting));
    EXPECT_TRUE(world.manager->findInstance(id)->state().ending());
    EXPECT_EQ(world.executors.sent.back().second, ExecutorCommand::Kind::abort);
}

TEST(Manager, StopsUnitsThatBelongToNoInstance) {
    World world;
    (void)world.manager->apply(world.definition("/web", "sleep 1", 0), {});
    world.restart();
    world.manager->recover({"pod-web.slice", "pod-web-9.slice", "pod.slice"});
    EXPECT_EQ(world.units.stopped, std::vector<std::string>{"pod-web-9.slice"});
}

}  // namespace

}  // namespace podd
