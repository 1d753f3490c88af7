// SPDX-License-Identifier: LGPL-2.1-or-later
// What is remembered of instances that ended, from the facts to the disk and back.
#include "model/termination.h"

#include <sys/stat.h>

#include <csignal>

#include "core/ending.h"
#include "fakes/world.h"
#include "manager/termination_store.h"
#include "model/envelope.h"
#include "model/termination_json.h"

namespace podd {

namespace {

using fakes::Directory;
using fakes::World;

Termination example(const std::string& instance) {
    return {.instance = instance,
            .version = "2026-01-01T00:00:00.000Z",
            .launchedUsec = 1,
            .endedUsec = 1'772'445'600'000'000,
            .result = "failed",
            .message = "container 'db': \"quoted\"\n\x01",
            .bootId = "0123456789abcdef0123456789abcdef",
            .containers = {{.name = "db",
                            .state = "failed",
                            .startedUsec = 2,
                            .endedUsec = 3,
                            .exitCode = 0,
                            .exitSignal = 9,
                            .result = "oom-kill",
                            .message = "oom-kill",
                            .limitBytes = UINT64_MAX},
                           {.name = "log", .state = "lost"}}};
}

ContainerRecord ended(int64_t code, int64_t signal = 0, bool requested = false, EndReason reason = EndReason::none) {
    return {.name = "c",
            .phase = ContainerPhase::exited,
            .startedUsec = 10,
            .endedUsec = 20,
            .exitCode = code,
            .exitSignal = signal,
            .stopRequested = requested,
            .reason = reason,
            .limitBytes = 1024};
}

InstanceState stateWith(Outcome::Kind kind, std::vector<ContainerRecord> containers) {
    InstanceState state;
    state.outcome = {kind, "why"};
    state.record.containers = std::move(containers);
    return state;
}

class Terminations : public ::testing::Test {
protected:
    Terminations() { makeDirectories(directory.path + "/pods/web"); }
    std::vector<std::string> instances() const {
        std::vector<std::string> names;
        for (const Termination& each : store.list("/web"))
            names.push_back(each.instance);
        return names;
    }

    Directory directory;
    TerminationStore store{directory.path};
    const std::string path = directory.path + "/pods/web/terminations";
};

}  // namespace

TEST(TerminationJson, SurvivesTheWayThroughItsText) {
    const std::vector<Termination> all = {example("/web.1"), example("/web.2")};
    EXPECT_EQ(parseTerminations(terminationsJson(all)), all);
    EXPECT_EQ(parseTerminations(terminationsJson({})), std::vector<Termination>{});
}

TEST(TerminationJson, RefusesWhatIsNoSuchList) {
    std::string deep(5000, '[');
    for (const std::string& text :
         {std::string(), std::string("{}"), std::string("[1]"), std::string("[{}]"), std::string("nonsense"), deep})
        EXPECT_EQ(parseTerminations(text), std::nullopt) << text.substr(0, 20);
    std::string text = terminationsJson({example("/web.1")});
    text.replace(text.find("\"exitSignal\":9"), 14, "\"exitSignal\":\"9\"");
    EXPECT_EQ(parseTerminations(text), std::nullopt);
}

TEST(TerminationJson, KnowsNothingOfMembersOfALaterPodd) {
    std::string text = terminationsJson({example("/web.1")});
    text.replace(text.find('{'), 1, "{\"later\":[true],");
    EXPECT_EQ(parseTerminations(text), std::vector<Termination>{example("/web.1")});
}

TEST(TerminationOf, AnEndThatWasAskedForIsNotRemembered) {
    EXPECT_EQ(terminationOf(stateWith(Outcome::Kind::stopped, {ended(143, 0, true)}), 50), std::nullopt);
    EXPECT_EQ(terminationOf(stateWith(Outcome::Kind::none, {}), 50), std::nullopt);
}

TEST(TerminationOf, EachContainerIsToldInItsWords) {
    struct Row {
        ContainerRecord record;
        const char* state;
        const char* result;
        const char* message;
        uint64_t limit;
    };
    const std::vector<Row> rows = {
        {ended(0), "finished", "success", "exit 0", 0},
        {ended(3), "failed", "exit-code", "exit 3", 0},
        {ended(0, SIGSEGV), "failed", "signal", "signal SEGV", 0},
        {ended(0, SIGTERM, true), "killed", "signal", "signal TERM", 0},
        {ended(0, SIGKILL, false, EndReason::oomKill), "failed", "oom-kill", "oom-kill at 1.0 KiB", 1024},
        {{.name = "c", .phase = ContainerPhase::preparing}, "not-started", "", "", 0},
        {{.name = "c", .phase = ContainerPhase::running}, "lost", "", "", 0},
    };
    for (const Row& row : rows) {
        const std::optional<Termination> made = terminationOf(stateWith(Outcome::Kind::failed, {row.record}), 50);
        ASSERT_TRUE(made);
        EXPECT_EQ(made->result, "failed");
        EXPECT_EQ(made->message, "why");
        ASSERT_EQ(made->containers.size(), 1U);
        EXPECT_EQ(made->containers[0].state, row.state);
        EXPECT_EQ(made->containers[0].result, row.result);
        EXPECT_EQ(made->containers[0].message, row.message);
        EXPECT_EQ(made->containers[0].limitBytes, row.limit) << row.state;
    }
}

TEST(TerminationOf, TheEndIsThatOfTheLastContainerWhereItIsKnown) {
    EXPECT_EQ(terminationOf(stateWith(Outcome::Kind::finished, {ended(0)}), 50)->endedUsec, 20U);
    EXPECT_EQ(terminationOf(stateWith(Outcome::Kind::failed, {}), 50)->endedUsec, 50U);
    ContainerRecord lost{.name = "d", .phase = ContainerPhase::running};
    EXPECT_EQ(terminationOf(stateWith(Outcome::Kind::failed, {ended(1), lost}), 50)->endedUsec, 50U);
}

TEST_F(Terminations, TheLastTenAreKept) {
    EXPECT_EQ(instances(), std::vector<std::string>{});
    for (int i = 1; i <= 12; ++i)
        store.add("/web", example(cat("/web.", i)));
    const std::vector<std::string> left = instances();
    ASSERT_EQ(left.size(), kTerminationsKept);
    EXPECT_EQ(left.front(), "/web.3");
    EXPECT_EQ(left.back(), "/web.12");
}

TEST_F(Terminations, OneInstanceEndsOnceInABoot) {
    store.add("/web", example("/web.1"));
    store.add("/web", example("/web.2"));
    store.add("/web", example("/web.1"));
    EXPECT_EQ(instances(), (std::vector<std::string>{"/web.2", "/web.1"}));
    Termination after = example("/web.1");
    after.bootId = "another";
    store.add("/web", after);
    EXPECT_EQ(instances(), (std::vector<std::string>{"/web.2", "/web.1", "/web.1"}));
}

TEST_F(Terminations, ADamagedFileIsSetAsideAndTheListBeginsAnew) {
    store.add("/web", example("/web.1"));
    for (const std::string& damaged : {std::string("torn"), std::string(), sealed("terminations", "[7]")}) {
        writeFileAtomically(path, damaged, Durability::volatileFile);
        store.add("/web", example("/web.2"));
        EXPECT_EQ(instances(), std::vector<std::string>{"/web.2"});
    }
    EXPECT_EQ(listDirectory(directory.path + "/pods/web"),
              (std::vector<std::string>{"terminations", "terminations.damaged", "terminations.damaged.2",
                                        "terminations.damaged.3"}));
}

TEST_F(Terminations, WhatCannotBeWrittenIsLostAndNothingElse) {
    store.add("/nowhere", example("/nowhere.1"));
    EXPECT_EQ(store.list("/nowhere"), std::vector<Termination>{});
}

TEST(ManagerTerminations, FailuresAreRememberedAndStopsAreNot) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    world.run({"/web", 1});
    world.end({"/web", 1}, 3);
    std::vector<Termination> known = world.manager->terminations("/web");
    ASSERT_EQ(known.size(), 1U);
    EXPECT_EQ(known[0].instance, "/web.1");
    EXPECT_EQ(known[0].version, world.manager->pod("/web").stored.version);
    EXPECT_EQ(known[0].message, "container 'main': exit 3");
    EXPECT_EQ(known[0].bootId.size(), 32U);
    EXPECT_EQ(known[0].containers.at(0).state, "failed");
    world.manager->resetFailed("/web");
    world.run({"/web", 2});
    (void)world.manager->stop("/web");
    world.end({"/web", 2}, 1, true);
    EXPECT_EQ(world.manager->terminations("/web").size(), 1U);
}

TEST(ManagerTerminations, ALaunchThatFailedAndAnExecutorThatDied) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    InstanceRecord facts = world.record({"/web", 1}, InstancePhase::ended);
    facts.problem = "container 'main': exec: No such file or directory";
    facts.containers[0].phase = ContainerPhase::preparing;
    world.report({"/web", 1}, Report::Kind::hello, world.record({"/web", 1}, InstancePhase::starting));
    world.report({"/web", 1}, Report::Kind::failed, facts, facts.problem);
    world.removeUnits({"/web", 1});
    world.manager->resetFailed("/web");
    world.run({"/web", 2});
    world.manager->onNotice(
        {.kind = Notice::Kind::executorEnded, .instance = InstanceId{"/web", 2}.escaped(), .status = SIGKILL});
    const std::vector<Termination> known = world.manager->terminations("/web");
    ASSERT_EQ(known.size(), 2U);
    EXPECT_EQ(known[0].message, facts.problem);
    EXPECT_EQ(known[0].containers.at(0).state, "not-started");
    EXPECT_EQ(known[1].message, "the executor ended unexpectedly: signal KILL");
    EXPECT_EQ(known[1].containers.at(0).state, "lost");
}

TEST(ManagerTerminations, ANewPoddKnowsThemAndPurgeForgetsThem) {
    World world;
    (void)world.manager->apply(world.definition("/web"), {});
    world.run({"/web", 1});
    world.end({"/web", 1}, 3);
    const uint64_t when = world.manager->pod("/web").lastFailureUsec;
    EXPECT_GT(when, 0U);
    world.restart();
    world.manager->recover({});
    EXPECT_EQ(world.manager->terminations("/web").size(), 1U);
    EXPECT_EQ(world.manager->pod("/web").lastFailure, "instance '/web.1': container 'main': exit 3");
    EXPECT_EQ(world.manager->pod("/web").lastFailureUsec, when);
    (void)world.manager->remove("/web", true);
    EXPECT_THROW(world.complete("/web"), Error) << "there is no such pod any more";
    EXPECT_EQ(world.manager->findPod("/web"), nullptr);
    EXPECT_EQ(world.manager->terminations("/web").size(), 1U);
    // A new pod of this name has not failed yet, and neither has one whose failures were forgotten.
    (void)world.manager->apply(world.definition("/web"), {});
    world.restart();
    world.manager->recover({});
    EXPECT_EQ(world.manager->pod("/web").lastFailure, "");
    EXPECT_EQ(world.manager->terminations("/web").size(), 1U);
    const InstanceId present = world.manager->pod("/web").instances.rbegin()->second->id();
    world.run(present);
    world.end(present, 3);
    world.manager->resetFailed("/web");
    world.restart();
    world.manager->recover({});
    EXPECT_EQ(world.manager->pod("/web").lastFailure, "");
    EXPECT_EQ(world.manager->terminations("/web").size(), 2U);
    (void)world.manager->remove("/web", true);
    EXPECT_THROW(world.complete("/web"), Error);
    world.manager->purge("/web");
    EXPECT_THROW((void)world.manager->terminations("/web"), Error);
}

}  // namespace podd
