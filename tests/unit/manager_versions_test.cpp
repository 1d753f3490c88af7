// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <functional>

#include "fakes/world.h"
#include "model/envelope.h"
#include "model/pod_spec_json.h"
#include "model/version.h"

namespace podd {

namespace {

using fakes::World;

std::string refusal(const std::function<void()>& work, Errc code) {
    try {
        work();
    } catch (const Error& refused) {
        EXPECT_EQ(static_cast<int>(refused.code()), static_cast<int>(code)) << refused.what();
        return refused.what();
    }
    ADD_FAILURE() << "was not refused";
    return "";
}

std::vector<std::string> states(const World& world, const std::string& id) {
    std::vector<std::string> all;
    for (const VersionInfo& each : world.manager->history(id))
        all.push_back(each.state);
    return all;
}

std::string change(World& world, const std::string& command, ApplyOptions options = {}) {
    options.force = true;
    return world.manager->apply(world.definition("/web", command), options).version;
}

}  // namespace

TEST(ManagerVersions, OneOfTwoChangesBasedOnTheSameVersionWins) {
    World world;
    const std::string first = change(world, "sleep 1");
    const std::string second = change(world, "sleep 2", {.ifVersion = first});
    const std::string text = refusal([&] { change(world, "sleep 3", {.ifVersion = first}); }, Errc::versionConflict);
    EXPECT_EQ(text, "pod '/web': this change was made for version " + first + ", but its version is " + second);
    EXPECT_EQ(world.manager->history("/web").size(), 2u);
    EXPECT_EQ(world.manager->pod("/web").stored.version, second);
}

TEST(ManagerVersions, AConflictIsOneAlsoWithTheSameContentAndForVersionsThatNeverWere) {
    World world;
    const std::string first = change(world, "sleep 1");
    const std::string never = versionText(5);
    for (const std::string& wrong : std::vector<std::string>{never, "latest", ""})
        refusal([&] { change(world, "sleep 1", {.ifVersion = wrong}); }, Errc::versionConflict);
    refusal([&] { (void)world.manager->preview(world.definition("/web"), {.ifVersion = never}); },
            Errc::versionConflict);
    refusal([&] { (void)world.manager->rollback("/web", first, {.ifVersion = never}); }, Errc::versionConflict);
    EXPECT_EQ(change(world, "sleep 1", {.ifVersion = first}), first);
    World empty;
    EXPECT_NE(
        refusal([&] { change(empty, "sleep 1", {.ifVersion = first}); }, Errc::versionConflict).find("there is none"),
        std::string::npos);
    EXPECT_NE(change(empty, "sleep 1", {.ifVersion = ""}), "");
}

TEST(ManagerVersions, WhatCannotBeLaunchedIsKeptAndWhatRunsGoesOn) {
    World world;
    const std::string runs = change(world, "sleep 1");
    world.run({"/web", 1});
    const std::string text = R"({"id":"/web","containers":[{"name":"main","resources":{},"tty":true,)"
                             R"("image":{"kind":"DOCKER","id":"nginx"}}]})";
    const Applied applied = world.manager->apply(text, {.force = true});
    const std::string why =
        "pod '/web': /containers/0/image: images: not supported by this build; "
        "/containers/0/tty: terminals: not supported by this build";
    EXPECT_EQ(applied.outcome, "changed");
    EXPECT_EQ(world.observer.results.back(), "failed: " + why);
    EXPECT_EQ(world.spawner.plans.size(), 1U);
    EXPECT_FALSE(world.manager->findInstance({"/web", 1})->state().ending());
    EXPECT_EQ(world.manager->pod("/web").message(), why);
    EXPECT_EQ(world.manager->resolveVersion("/web", ""), runs);
    EXPECT_EQ(world.manager->resolveVersion("/web", "target"), applied.version);
    (void)world.manager->restart("/web", true);
    EXPECT_EQ(world.observer.results.back(), "failed: " + why);
    // Back to the old definition: the instance of the first version is as good as one of the new version.
    EXPECT_EQ(world.manager->rollback("/web", runs, {.force = true}).outcome, "changed");
    EXPECT_FALSE(world.manager->findInstance({"/web", 1})->state().ending());
    // None wanted is none launched.
    EXPECT_EQ(
        world.manager
            ->apply(text.substr(0, text.size() - 1) + R"(,"scaling":{"kind":"fixed","instances":0}})", {.force = true})
            .outcome,
        "changed");
    EXPECT_TRUE(world.manager->findInstance({"/web", 1})->state().ending());
    EXPECT_EQ(world.manager->pod("/web").message(), "");
}

TEST(ManagerVersions, RefusesEveryChangeOfAPodThatIsBeingDeleted) {
    World world;
    const std::string first = change(world, "sleep 1");
    world.run({"/web", 1});
    (void)world.manager->remove("/web", true);
    refusal([&] { change(world, "sleep 2", {.ifVersion = first}); }, Errc::notNow);
    refusal([&] { (void)world.manager->rollback("/web", first, {.force = true}); }, Errc::notNow);
    refusal([&] { (void)world.manager->preview(world.definition("/web"), {}); }, Errc::notNow);
    refusal([&] { world.manager->purge("/web"); }, Errc::notNow);
    EXPECT_EQ(world.manager->history("/web").size(), 1u);
}

TEST(ManagerVersions, TheDeployedVersionIsTheOldOneUntilTheRedeploymentIsComplete) {
    World world;
    const std::string first = change(world, "sleep 1");
    EXPECT_EQ(world.manager->pod("/web").deployedVersion(), first);
    world.run({"/web", 1});
    const std::string second = change(world, "sleep 2");
    EXPECT_EQ(states(world, "/web"), (std::vector<std::string>{"deployed", "target"}));
    EXPECT_EQ(world.manager->resolveVersion("/web", ""), first);
    EXPECT_EQ(world.manager->resolveVersion("/web", "target"), second);
    EXPECT_NE(world.manager->definition("/web", "").find("sleep 1"), std::string::npos);
    world.end({"/web", 1}, 0, true);
    EXPECT_EQ(world.manager->pod("/web").deployedVersion(), first);
    world.run({"/web", 2});
    EXPECT_EQ(states(world, "/web"), (std::vector<std::string>{"", "deployed"}));
    world.restart();
    world.manager->recover({});
    EXPECT_EQ(world.manager->pod("/web").deployedVersion(), second);
}

TEST(ManagerVersions, ARestartInTheMiddleOfARedeploymentForgetsNothingOfIt) {
    World world;
    const std::string first = change(world, "sleep 1");
    world.run({"/web", 1});
    const std::string second = change(world, "sleep 2");
    world.restart();
    world.manager->recover({});
    EXPECT_EQ(world.manager->pod("/web").deployedVersion(), first);
    EXPECT_EQ(world.manager->pod("/web").stored.version, second);
}

TEST(ManagerVersions, OfAPodThatIsDownTheTargetIsDeployedOnceNothingOlderRuns) {
    World world;
    (void)change(world, "sleep 1");
    world.run({"/web", 1});
    (void)world.manager->stop("/web");
    const std::string second = change(world, "sleep 2");
    EXPECT_NE(world.manager->pod("/web").deployedVersion(), second);
    world.end({"/web", 1}, 0, true);
    EXPECT_EQ(world.manager->pod("/web").deployedVersion(), second);
    const std::string third = change(world, "sleep 3");
    EXPECT_EQ(world.manager->pod("/web").deployedVersion(), third);
}

TEST(ManagerVersions, PreviewSaysWhatApplyWouldDoAndChangesNothing) {
    World world;
    EXPECT_EQ(world.manager->preview(world.definition("/web"), {}).outcome, "created");
    EXPECT_EQ(world.manager->findPod("/web"), nullptr);
    const std::string first = change(world, "sleep 1");
    const Preview changed = world.manager->preview(world.definition("/web", "sleep 2"), {});
    EXPECT_EQ(changed.outcome, "changed");
    EXPECT_EQ(changed.version, first);
    ASSERT_EQ(changed.changes.size(), 1u);
    EXPECT_EQ(changed.changes[0].path, "/containers/main/exec/command/shell");
    EXPECT_EQ(changed.changes[0].after, "\"sleep 2\"");
    const Preview same = world.manager->preview(world.definition("/web", "sleep 1"), {});
    EXPECT_EQ(same.outcome, "unchanged");
    EXPECT_TRUE(same.changes.empty());
    EXPECT_EQ(world.manager->history("/web").size(), 1u);
    refusal([&] { (void)world.manager->preview(world.definition("/web/below"), {}); }, Errc::badDefinition);
    try {
        (void)world.manager->preview("{}", {});
        ADD_FAILURE() << "was not refused";
    } catch (const BadDefinition& refused) {
        EXPECT_GE(refused.problems().size(), 2u);
    }
}

TEST(ManagerVersions, RollbackIsANewVersionWithTheOldContent) {
    World world;
    const std::string first = change(world, "sleep 1");
    refusal([&] { (void)world.manager->rollback("/web", "", {.force = true}); }, Errc::noSuchVersion);
    const std::string second = change(world, "sleep 2");
    const Applied back = world.manager->rollback("/web", "", {.ifVersion = second, .force = true});
    EXPECT_EQ(back.outcome, "changed");
    EXPECT_GT(back.version, second);
    EXPECT_EQ(world.manager->definition("/web", "target"), world.manager->definition("/web", first));
    EXPECT_EQ(world.manager->pod("/web").deployment()->type, DeploymentType::rollback);
    EXPECT_EQ(world.manager->rollback("/web", first, {.force = true}).outcome, "unchanged");
    const std::string text =
        refusal([&] { (void)world.manager->rollback("/web", versionText(7), {.force = true}); }, Errc::noSuchVersion);
    EXPECT_EQ(text, "pod '/web': there is no version '1970-01-01T00:00:00.007Z'; podctl history /web lists them");
    EXPECT_EQ(world.manager->diff("/web", first, second).size(), 1u);
    EXPECT_TRUE(world.manager->diff("/web", first, "target").empty());
}

TEST(ManagerVersions, RollbackToAVersionThatIsRefusedTodaySaysWhy) {
    World world;
    const std::string first = change(world, "sleep 1");
    (void)change(world, "sleep 2");
    const std::string path = world.pathOf("/web", "versions/" + first);
    writeFileAtomically(path, sealed("version", R"({"id": "/web", "containers": []})"), Durability::volatileFile);
    const std::string text =
        refusal([&] { (void)world.manager->rollback("/web", first, {.force = true}); }, Errc::badDefinition);
    EXPECT_TRUE(text.starts_with("pod '/web': version " + first + " is refused by this podd:\n")) << text;
    EXPECT_NE(text.find("/containers"), std::string::npos);
    EXPECT_EQ(world.manager->history("/web").size(), 2u);
}

TEST(ManagerVersions, HistoryIsTiedToTheIdUntilItIsPurged) {
    World world;
    const std::string first = change(world, "sleep 1");
    world.run({"/web", 1});
    (void)world.manager->remove("/web", true);
    world.end({"/web", 1}, 0, true);
    EXPECT_EQ(world.manager->resolveVersion("/web", ""), first);
    EXPECT_EQ(states(world, "/web"), std::vector<std::string>{""});
    EXPECT_NE(refusal([&] { (void)world.manager->rollback("/web", first, {.force = true}); }, Errc::noSuchPod)
                  .find("was deleted"),
              std::string::npos);
    const std::string again = change(world, "sleep 1");
    EXPECT_GT(again, first);
    EXPECT_EQ(world.manager->history("/web").size(), 2u);
    refusal([&] { world.manager->purge("/web"); }, Errc::notNow);
    (void)world.manager->stop("/web");
    world.end({"/web", 2}, 0, true);
    world.settle();
    (void)world.manager->remove("/web", true);
    world.settle();
    world.manager->purge("/web");
    refusal([&] { (void)world.manager->history("/web"); }, Errc::noSuchPod);
    refusal([&] { world.manager->purge("/web"); }, Errc::noSuchPod);
    EXPECT_EQ(listDirectory(world.config().stateDirectory + "/pods"), std::vector<std::string>{});
}

TEST(ManagerVersions, HistoryIsBoundedButNeverWithoutWhatIsInUse) {
    World world;
    world.history = 3;
    world.restart();
    const std::string first = change(world, "sleep 0");
    world.run({"/web", 1});
    std::string last;
    for (int i = 1; i < 8; ++i)
        last = change(world, "sleep " + std::to_string(i));
    std::vector<std::string> left;
    for (const VersionInfo& each : world.manager->history("/web"))
        left.push_back(each.version);
    ASSERT_EQ(left.size(), 3u);
    EXPECT_EQ(left.front(), first) << "its instance still runs, and it is the deployed one";
    EXPECT_EQ(left.back(), last);
    world.complete("/web");
    const std::string next = change(world, "sleep 9");
    EXPECT_EQ(world.manager->history("/web").size(), 3u);
    refusal([&] { (void)world.manager->definition("/web", first); }, Errc::noSuchVersion);
    refusal([&] { change(world, "sleep 10", {.ifVersion = first}); }, Errc::versionConflict);
    EXPECT_EQ(world.manager->resolveVersion("/web", "target"), next);
}

TEST(ManagerVersions, TenThousandChangesLeaveABoundedHistory) {
    World world;
    world.settle();
    for (int i = 0; i < 10'000; ++i)
        (void)world.manager->apply(world.definition("/web", "sleep " + std::to_string(i), 0), {.force = true});
    const std::vector<VersionInfo> history = world.manager->history("/web");
    ASSERT_EQ(history.size(), 100u);
    EXPECT_TRUE(std::is_sorted(history.begin(), history.end(),
                               [](const VersionInfo& a, const VersionInfo& b) { return a.version < b.version; }));
    EXPECT_NE(world.manager->definition("/web", history.front().version).find("sleep 9900"), std::string::npos);
    EXPECT_EQ(listDirectory(world.pathOf("/web", "versions")).size(), 100u);
    for (const VersionInfo& each : std::vector<VersionInfo>(history.begin() + 50, history.end() - 1))
        EXPECT_EQ(world.manager->rollback("/web", each.version, {.force = true}).outcome, "changed");
    EXPECT_EQ(world.manager->history("/web").size(), 100u);
}

TEST(ManagerVersions, TheLargestDefinitionIsStoredWhole) {
    World world;
    std::string containers;
    for (int i = 0; i < 7; ++i) {
        std::string arguments;
        for (int j = 0; j < 2000; ++j)
            arguments += j == 0 ? R"("a")" : R"(,"a")";
        containers += cat(i == 0 ? "" : ",", R"({"name":"c)", i, R"(","exec":{"command":{"argv":[)", arguments,
                          R"(]}},"resources":{}})");
    }
    const std::string text =
        cat(R"({"id":"/web","networks":[{"mode":"host"}],"scaling":{"kind":"fixed","instances":0},"containers":[)",
            containers, "]}");
    ASSERT_GT(text.size(), 50'000u);
    const std::string version = world.manager->apply(text, {.force = true}).version;
    EXPECT_GT(world.manager->definition("/web", "").size(), 200'000u) << "of 256 KiB";
    world.restart();
    world.manager->recover({});
    EXPECT_EQ(world.manager->pod("/web").stored.version, version);
    EXPECT_TRUE(world.manager->pod("/web").stored.readable);
}

TEST(ManagerVersions, IncreaseAlsoWhenTheClockStepsBack) {
    fakes::Directory directory;
    Store store(directory.path);
    PodSpec spec;
    spec.id = "/web";
    std::string last;
    for (const uint64_t now : {5000u, 7000u, 6000u, 7000u, 1u}) {
        const std::string version = store.addVersion(spec, now);
        EXPECT_GT(version, last);
        last = version;
    }
    EXPECT_EQ(last, versionText(7003));
    store.trim("/web", {}, 1);
    EXPECT_EQ(store.versions("/web"), std::vector<std::string>{last});
}

}  // namespace podd
