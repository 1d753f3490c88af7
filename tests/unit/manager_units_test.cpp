// SPDX-License-Identifier: LGPL-2.1-or-later
// Freezing, thawing, signals and forgotten failures: what podd asks of whom, and what it refuses.
#include <csignal>

#include "fakes/world.h"
#include "manager/manager.h"

namespace podd {

namespace {

using fakes::World;
using KillWhom = Manager::KillWhom;
using Texts = std::vector<std::string>;

// A World with a pod of two instances, and what requests were answered with, in order.
class Units : public ::testing::Test {
protected:
    Units() { (void)world.manager->apply(world.definition("/web", "sleep 1000", 2), {}); }

    UnitsPort::Done done() {
        return [this](const std::string& problem) { answers.push_back(problem); };
    }
    template <typename Request>
    std::pair<Errc, std::string> refusal(Request&& request) {
        try {
            request();
        } catch (const Error& error) {
            return {error.code(), error.what()};
        }
        return {Errc::internal, "accepted"};
    }

    World world;
    Texts answers;
};

TEST_F(Units, AFrozenPodIsTheSlicesOfItsInstancesThatRun) {
    world.run({"/web", 1});
    world.manager->freeze("/web", done());
    EXPECT_EQ(world.units.frozen, Texts{"pod-web-1.slice"}) << "the second one is being launched";
    EXPECT_EQ(answers, Texts{""});
}

TEST_F(Units, APodIsAnsweredForOnceWithTheFirstProblem) {
    world.run({"/web", 1});
    world.run({"/web", 2});
    world.units.problem = "no freezer";
    world.manager->freeze("/web", done());
    EXPECT_EQ(world.units.frozen, (Texts{"pod-web-1.slice", "pod-web-2.slice"}));
    EXPECT_EQ(answers, Texts{"instance '/web.1': freeze: no freezer"});
}

TEST_F(Units, AContainerIsItsScope) {
    world.run({"/web", 1});
    world.manager->freeze("/web.1/main", done());
    EXPECT_EQ(world.units.frozen, Texts{"pod-web-1-main.scope"});
}

TEST_F(Units, WhatIsNotFrozenIsNotThawed) {
    world.run({"/web", 1});
    world.manager->thaw("/web", done());
    EXPECT_EQ(world.units.thawed, Texts{});
    EXPECT_EQ(answers, Texts{""});
}

class FrozenUnits : public Units {
protected:
    FrozenUnits() {
        world.run({"/web", 1});
        makeDirectories(slice);
        writeFileAtomically(slice + "/cgroup.freeze", "1\n", Durability::volatileFile);
    }

    void endByKill() {
        InstanceRecord killed = world.record({"/web", 1}, InstancePhase::ended);
        killed.containers[0].phase = ContainerPhase::exited;
        killed.containers[0].exitSignal = SIGKILL;
        world.report({"/web", 1}, Report::Kind::ended, killed);
    }

    void waitForTheStop() {
        for (int i = 0; i < 1000 && world.units.stopped.empty(); ++i)
            (void)sd_event_run(world.event.get(), 100'000);
    }

    const std::string slice = world.config().cgroupRoot + "/pod.slice/pod-web.slice/pod-web-1.slice";
    const Texts units = {"pod-web-1.slice", "pod-web-1.scope"};
};

TEST_F(FrozenUnits, AreThawedForTheirStop) {
    endByKill();
    EXPECT_EQ(world.units.thawed, Texts{"pod-web-1.slice"});
    EXPECT_EQ(world.units.stopped, units) << "at once";
}

TEST_F(FrozenUnits, WhatCouldNotBeThawedIsTriedAgain) {
    world.units.problem = "Unit has a pending job";
    world.units.stillFrozen = 1;
    endByKill();
    EXPECT_EQ(world.units.stopped, Texts{});
    world.units.problem.clear();
    waitForTheStop();
    EXPECT_EQ(world.units.thawed, (Texts{"pod-web-1.slice", "pod-web-1.slice"}));
    EXPECT_EQ(world.units.stopped, units);
}

TEST_F(FrozenUnits, TheStopWaitsUntilSystemdCountsThemAsRunning) {
    world.units.stillFrozen = 3;
    endByKill();
    EXPECT_EQ(world.units.stopped, Texts{});
    writeFileAtomically(slice + "/cgroup.freeze", "0\n", Durability::volatileFile);
    waitForTheStop();
    EXPECT_EQ(world.units.freezerQuestions, 4);
    EXPECT_EQ(world.units.thawed, Texts{"pod-web-1.slice"}) << "what the kernel has thawed is not thawed twice";
    EXPECT_EQ(world.units.stopped, units);
}

TEST_F(FrozenUnits, WhatStaysFrozenIsStoppedAllTheSame) {
    world.units.stillFrozen = 1'000'000;
    endByKill();
    waitForTheStop();
    EXPECT_EQ(world.units.freezerQuestions, 150);
    EXPECT_EQ(world.units.stopped, units);
}

TEST_F(Units, ThawIsForWhatWasAskedToFreezeFromTheTopDown) {
    world.run({"/web", 1});
    const std::string pod = world.config().cgroupRoot + "/pod.slice/pod-web.slice";
    for (const std::string& group : {pod, pod + "/pod-web-1.slice", pod + "/pod-web-1.slice/pod-web-1-main.scope"}) {
        makeDirectories(group);
        writeFileAtomically(group + "/cgroup.freeze", "1\n", Durability::volatileFile);
    }
    world.manager->thaw("/web.1/main", done());
    EXPECT_EQ(world.units.thawed, Texts{"pod-web-1-main.scope"});
    world.units.thawed.clear();
    world.manager->thaw("/web", done());
    EXPECT_EQ(world.units.thawed, (Texts{"pod-web.slice", "pod-web-1.slice", "pod-web-1-main.scope"}));
    EXPECT_EQ(answers, (Texts{"", ""}));
}

TEST_F(Units, ASignalToAllIsSystemdsAndOneToTheFirstProcessTheExecutors) {
    world.run({"/web", 1});
    world.executors.commands.clear();
    world.manager->kill("/web.1", KillWhom::all, SIGHUP, done());
    const std::vector<std::pair<std::string, int>> all = {{"pod-web-1-main.scope", SIGHUP}};
    EXPECT_EQ(world.units.killed, all);
    EXPECT_TRUE(world.executors.commands.empty());
    world.manager->kill("/web.1", KillWhom::main, SIGUSR1, done());
    EXPECT_EQ(world.units.killed, all);
    ASSERT_EQ(world.executors.commands.size(), 1U);
    EXPECT_EQ(world.executors.commands[0].kind, ExecutorCommand::Kind::kill);
    EXPECT_EQ(world.executors.commands[0].scope, "pod-web-1-main.scope");
    EXPECT_EQ(world.executors.commands[0].signal, SIGUSR1);
    world.executors.connected = false;
    world.manager->kill("/web.1/main", KillWhom::main, SIGUSR1, done());
    EXPECT_EQ(answers,
              (Texts{"", "", "instance '/web.1': container 'main': kill: its executor is not connected, try again"}));
}

TEST_F(Units, WhatIsNotThereAndWhatDoesNotRunAreRefused) {
    const auto freeze = [&](const char* name) { return refusal([&] { world.manager->freeze(name, done()); }); };
    using Refusal = std::pair<Errc, std::string>;
    EXPECT_EQ(freeze("/web"), Refusal(Errc::notNow, "pod '/web': no container of it runs now"));
    EXPECT_EQ(freeze("/web.1"), Refusal(Errc::notNow, "instance '/web.1': no container of it runs now"));
    EXPECT_EQ(freeze("/web.9"), Refusal(Errc::noSuchInstance, "instance '/web.9': there is no such instance"));
    EXPECT_EQ(freeze("/web.1/db"), Refusal(Errc::noSuchInstance, "container '/web.1/db': there is no such container"));
    EXPECT_EQ(freeze("/db").first, Errc::noSuchPod);
    EXPECT_TRUE(answers.empty());
    EXPECT_TRUE(world.units.frozen.empty());
}

TEST_F(Units, ANameIsAboutItsPod) {
    EXPECT_EQ(world.manager->podOf("/web"), "/web");
    EXPECT_EQ(world.manager->podOf("/web.1"), "/web");
    EXPECT_EQ(world.manager->podOf("/web.1/main"), "/web");
    EXPECT_EQ(world.manager->podOf("/db"), "/db");
}

TEST(ResetFailed, ForgetsFailuresAndLaunchesAtOnce) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    world.run({"/web", 1});
    world.end({"/web", 1}, 3);
    ASSERT_EQ(world.spawner.plans.size(), 1U);
    world.manager->resetFailed("/web");
    const Pod& pod = world.manager->pod("/web");
    EXPECT_EQ(pod.backoff, Backoff{});
    EXPECT_EQ(pod.lastFailure, "");
    EXPECT_EQ(world.spawner.plans.size(), 2U);
    world.run({"/web", 2});
    world.end({"/web", 2}, 3);
    EXPECT_EQ(pod.backoff.failures, 1U);
}

TEST(ResetFailed, StartsNothingThatIsStopped) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    world.run({"/web", 1});
    (void)world.manager->stop("/web");
    world.end({"/web", 1}, 0, true);
    world.manager->resetFailed("/web");
    world.settle();
    EXPECT_EQ(world.spawner.plans.size(), 1U);
    EXPECT_EQ(world.manager->pod("/web").state(), PodState::stopped);
}

}  // namespace

}  // namespace podd
