// SPDX-License-Identifier: LGPL-2.1-or-later
// What a new podd makes of damaged files, and a running one of a full disk. The other pod is never touched.
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "fakes/world.h"
#include "model/envelope.h"

namespace podd {

namespace {

using fakes::World;

class ManagerDamage : public ::testing::Test {
protected:
    ManagerDamage() {
        first = world.manager->apply(world.definition("/a", "sleep 1"), {.force = true}).version;
        second = world.manager->apply(world.definition("/a", "sleep 2"), {.force = true}).version;
        (void)world.manager->apply(world.definition("/b"), {.force = true});
    }
    void damage(const std::string& file) const {
        const std::string path = world.pathOf("/a", file);
        std::string text = readFile(path);
        text[text.size() - 2] = static_cast<char>(text[text.size() - 2] ^ 1);
        writeFileAtomically(path, text, Durability::volatileFile);
    }
    // As if an instance of /a had survived podd.
    void leaveRunning(const std::string& version) {
        InstanceRecord facts = world.record({"/a", 7}, InstancePhase::running);
        facts.version = version;
        world.leaveRecord({"/a", 7}, facts);
        world.executors.live = true;
    }
    const Pod* restart() {
        world.restart();
        const size_t launched = world.spawner.plans.size();
        world.manager->recover({});
        launchedAtRestart = world.spawner.plans.size() - launched;
        EXPECT_NE(world.manager->findPod("/b"), nullptr);
        EXPECT_EQ(world.manager->pod("/b").message().find("damaged"), std::string::npos);
        return world.manager->findPod("/a");
    }
    std::vector<std::string> setAside(const std::string& folder) const {
        std::vector<std::string> names = listDirectory(world.pathOf("/a", folder));
        std::erase_if(names, [](const std::string& name) { return name.find(".damaged") == std::string::npos; });
        return names;
    }

    World world;
    std::string first;
    std::string second;
    size_t launchedAtRestart = 0;
};

}  // namespace

TEST_F(ManagerDamage, OfTheStateFileLeavesThePodDownAndSaysWhatToDo) {
    damage("state");
    const Pod* pod = restart();
    ASSERT_NE(pod, nullptr);
    EXPECT_EQ(pod->state(), PodState::stopped);
    EXPECT_EQ(pod->stored.version, second);
    EXPECT_EQ(pod->message(), "its state file is damaged (" + world.pathOf("/a", "state.damaged") +
                                  "); whether it was stopped or deleted is not known: podctl start /a or "
                                  "podctl delete /a");
    EXPECT_EQ(launchedAtRestart, 1u) << "of /b";
    // And that is on disk; a second damage does not overwrite the first one that was set aside.
    pod = restart();
    EXPECT_EQ(setAside("").size(), 1u);
    damage("state");
    pod = restart();
    EXPECT_EQ(pod->state(), PodState::stopped);
    EXPECT_EQ(setAside(""), (std::vector<std::string>{"state.damaged", "state.damaged.2"}));
    (void)world.manager->start("/a");
    EXPECT_EQ(world.spawner.plans.back().pod, "/a");
    EXPECT_EQ(restart()->stored.up, true);
}

TEST_F(ManagerDamage, OfTheStateFileLeavesWhatRunsRunning) {
    leaveRunning(second);
    damage("state");
    const Pod* pod = restart();
    ASSERT_NE(pod, nullptr);
    EXPECT_EQ(pod->state(), PodState::stable);
    EXPECT_TRUE(pod->message().ends_with("; its instances run on")) << pod->message();
    EXPECT_TRUE(restart()->stored.up);
}

TEST_F(ManagerDamage, AStateFileOfAnotherFormatIsDamaged) {
    for (const std::string& text : {sealed("state", "VERSION=" + second + "\nFUTURE=1\n"), sealed("state", ""),
                                    sealed("state", "VERSION=next\nGOAL=up\n"), sealed("version", "VERSION=" + second),
                                    "# podd 2" + sealed("state", "VERSION=" + second).substr(8), std::string()}) {
        writeFileAtomically(world.pathOf("/a", "state"), text, Durability::volatileFile);
        const Pod* pod = restart();
        ASSERT_NE(pod, nullptr) << text;
        EXPECT_FALSE(pod->stored.up) << text;
        EXPECT_NE(pod->message().find("its state file is damaged"), std::string::npos) << text;
    }
}

TEST_F(ManagerDamage, AMissingStateFileIsDamageOfAPodThatWasLaunched) {
    ASSERT_EQ(::unlink(world.pathOf("/a", "state").c_str()), 0);
    const Pod* pod = restart();
    ASSERT_NE(pod, nullptr);
    EXPECT_FALSE(pod->stored.up);
    EXPECT_TRUE(pod->message().starts_with("its state file is missing; ")) << pod->message();
}

TEST_F(ManagerDamage, OfTheWishedVersionLeadsToTheNewestIntactOne) {
    damage("versions/" + second);
    const Pod* pod = restart();
    ASSERT_NE(pod, nullptr);
    EXPECT_EQ(pod->stored.version, first);
    EXPECT_EQ(pod->stored.spec.containers[0].command.shell, "sleep 1");
    EXPECT_NE(pod->stored.message.find("version " + second + " was damaged"), std::string::npos);
    EXPECT_EQ(setAside("versions"), std::vector<std::string>{second + ".damaged"});
    EXPECT_EQ(restart()->stored.version, first);
    // The name of a damaged version is not given again, and a new one ends the matter.
    EXPECT_GT(world.manager->apply(world.definition("/a", "sleep 1"), {.force = true}).version, second);
    EXPECT_EQ(restart()->stored.message, "");
}

TEST_F(ManagerDamage, OfTheWishedVersionStopsNoInstanceOfIt) {
    leaveRunning(second);
    damage("versions/" + second);
    for (int restarts = 0; restarts < 2; ++restarts) {
        const Pod* pod = restart();
        ASSERT_NE(pod, nullptr);
        EXPECT_EQ(pod->stored.version, first);
        EXPECT_EQ(pod->state(), PodState::stable);
        EXPECT_NE(pod->message(), "");
        EXPECT_FALSE(world.manager->findInstance({"/a", 7})->state().ending());
        EXPECT_EQ(launchedAtRestart, 1u) << "of /b";
    }
    EXPECT_EQ(world.manager->apply(world.definition("/a", "sleep 1"), {.force = true}).outcome, "changed");
    world.run({"/a", 8});
    EXPECT_TRUE(world.manager->findInstance({"/a", 7})->state().ending());
}

TEST_F(ManagerDamage, OfAllVersionsLeavesAPodThatCanOnlyBeReplacedOrDeleted) {
    damage("versions/" + first);
    damage("versions/" + second);
    const Pod* pod = restart();
    ASSERT_NE(pod, nullptr);
    EXPECT_EQ(pod->state(), PodState::degraded);
    EXPECT_EQ(pod->message(), "no version of its definition is intact; podctl apply one");
    EXPECT_EQ(launchedAtRestart, 1u) << "of /b";
    EXPECT_THROW((void)world.manager->start("/a"), Error);
    EXPECT_THROW((void)world.manager->restart("/a", true), Error);
    EXPECT_THROW((void)world.manager->definition("/a", ""), Error);
    const Applied applied = world.manager->apply(world.definition("/a", "sleep 2"), {.force = true});
    EXPECT_EQ(applied.outcome, "changed");
    EXPECT_GT(applied.version, second);
    EXPECT_EQ(restart()->stored.version, applied.version);
}

TEST_F(ManagerDamage, OfEverythingStillStopsNothingThatRuns) {
    leaveRunning(second);
    for (const std::string& file : {"versions/" + first, "versions/" + second, std::string("state")})
        damage(file);
    const Pod* pod = restart();
    ASSERT_NE(pod, nullptr);
    EXPECT_TRUE(pod->stored.up);
    EXPECT_FALSE(world.manager->findInstance({"/a", 7})->state().ending());
    (void)world.manager->stop("/a");
    EXPECT_TRUE(world.manager->findInstance({"/a", 7})->state().ending());
}

TEST_F(ManagerDamage, OfEverythingLeavesNoPodWhenNothingRuns) {
    for (const std::string& file : {"versions/" + first, "versions/" + second, std::string("state")})
        damage(file);
    EXPECT_EQ(restart(), nullptr);
    EXPECT_EQ(world.manager->apply(world.definition("/a"), {.force = true}).outcome, "created");
    EXPECT_TRUE(restart()->stored.up);
}

TEST_F(ManagerDamage, AVersionThatThisPoddRefusesIsKeptAndNotReplacedByAnOlderOne) {
    writeFileAtomically(world.pathOf("/a", "versions/" + second),
                        sealed("version", R"({"id": "/a", "containers": []})"), Durability::volatileFile);
    leaveRunning(second);
    const Pod* pod = restart();
    ASSERT_NE(pod, nullptr);
    EXPECT_EQ(pod->stored.version, second);
    EXPECT_NE(pod->message().find("is refused by this podd"), std::string::npos);
    EXPECT_FALSE(world.manager->findInstance({"/a", 7})->state().ending());
    EXPECT_TRUE(setAside("versions").empty());
}

TEST_F(ManagerDamage, AVersionOfAnotherPodIsNoVersion) {
    writeFileAtomically(world.pathOf("/a", "versions/" + second), sealed("version", world.definition("/b", "sleep 5")),
                        Durability::volatileFile);
    EXPECT_EQ(restart()->stored.version, first);
}

TEST_F(ManagerDamage, OfTheNumberFileRepeatsNoNumberThatIsInUse) {
    leaveRunning(second);
    damage("number");
    ASSERT_NE(restart(), nullptr);
    EXPECT_EQ(setAside(""), std::vector<std::string>{"number.damaged"});
    (void)world.manager->apply(world.definition("/a", "sleep 2", 2), {.force = true});
    EXPECT_EQ(world.manager->pod("/a").instances.size(), 2u) << "the one that runs is as good as a new one";
    EXPECT_EQ(world.manager->pod("/a").instances.rbegin()->first, 8u);
}

TEST_F(ManagerDamage, WrongKindsOfFilesAreDamageToo) {
    const std::string state = world.pathOf("/a", "state");
    ASSERT_EQ(::unlink(state.c_str()), 0);
    makeDirectories(state + "/inside");
    EXPECT_FALSE(restart()->stored.up);
    EXPECT_TRUE(::access((state + ".damaged/inside").c_str(), F_OK) == 0);

    const std::string version = world.pathOf("/a", "versions/" + second);
    ASSERT_EQ(::unlink(version.c_str()), 0);
    ASSERT_EQ(::mkfifo(version.c_str(), 0600), 0);  // would keep whoever reads it waiting
    EXPECT_EQ(restart()->stored.version, first);

    writeFileAtomically(world.config().stateDirectory + "/pods/c", "a file", Durability::volatileFile);
    writeFileAtomically(world.config().stateDirectory + "/pods/READ ME", "a file", Durability::volatileFile);
    makeDirectories(world.config().stateDirectory + "/pods/d");
    ASSERT_NE(restart(), nullptr);
    EXPECT_EQ(world.manager->pods().size(), 2u);
    EXPECT_EQ(readFile(world.config().stateDirectory + "/pods/.c.damaged"), "a file");
    EXPECT_EQ(readFile(world.config().stateDirectory + "/pods/READ ME"), "a file");
    EXPECT_EQ(world.manager->apply(world.definition("/c"), {.force = true}).outcome, "created");

    const std::string versions = world.pathOf("/a", "versions");
    ASSERT_EQ(removeTree(versions), "");
    writeFileAtomically(versions, "a file", Durability::volatileFile);
    EXPECT_NE(restart()->message(), "");
    EXPECT_EQ(readFile(versions + ".damaged"), "a file");
}

TEST_F(ManagerDamage, WhatAKilledPoddLeftHalfDoneIsRemovedAndNeverTakenForAVersion) {
    const std::string later = "2099-01-01T00:00:00.000Z";
    writeFileAtomically(world.pathOf("/a", "versions/" + later), sealed("version", world.definition("/a")),
                        Durability::volatileFile);
    for (const std::string& file : {world.pathOf("/a", "versions/" + second + ".new"), world.pathOf("/a", "state.new"),
                                    world.pathOf("/a", "number.new")})
        writeFileAtomically(file, "torn", Durability::volatileFile);
    makeDirectories(world.config().stateDirectory + "/pods/.purged/versions");
    makeDirectories(world.pathOf("/new", "versions"));
    writeFileAtomically(world.pathOf("/new", "versions/" + later), sealed("version", world.definition("/new")),
                        Durability::volatileFile);
    EXPECT_EQ(restart()->stored.version, second);
    EXPECT_EQ(listDirectory(world.pathOf("/a", "versions")), (std::vector<std::string>{first, second}));
    EXPECT_EQ(listDirectory(world.pathOf("/a", "")), (std::vector<std::string>{"number", "state", "versions"}));
    EXPECT_EQ(world.manager->findPod("/new"), nullptr);
    EXPECT_EQ(listDirectory(world.config().stateDirectory + "/pods"), (std::vector<std::string>{"a", "b"}));
}

TEST_F(ManagerDamage, ADamagedOldVersionIsSetAsideWhenSomebodyAsksForIt) {
    damage("versions/" + first);
    EXPECT_NE(restart(), nullptr);
    EXPECT_THROW((void)world.manager->definition("/a", first), Error);
    EXPECT_EQ(setAside("versions"), std::vector<std::string>{first + ".damaged"});
    EXPECT_EQ(world.manager->history("/a").size(), 1u);
    // What podd has in memory it can still show.
    damage("versions/" + second);
    EXPECT_NE(world.manager->definition("/a", "").find("sleep 2"), std::string::npos);
}

// No file can grow any more, as on a full disk.
class FullDisk {
public:
    FullDisk() {
        (void)::signal(SIGXFSZ, SIG_IGN);
        (void)::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit none{0, before_.rlim_max};
        (void)::setrlimit(RLIMIT_FSIZE, &none);
    }
    ~FullDisk() { (void)::setrlimit(RLIMIT_FSIZE, &before_); }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    rlimit before_{};
};

TEST_F(ManagerDamage, AFullDiskRefusesChangesAndLeavesEverythingAsItWas) {
    {
        const FullDisk full;
        EXPECT_THROW((void)world.manager->apply(world.definition("/a", "sleep 3"), {.force = true}), Error);
        EXPECT_THROW((void)world.manager->apply(world.definition("/new"), {.force = true}), Error);
        EXPECT_THROW((void)world.manager->rollback("/a", first, {}), Error);
    }
    EXPECT_EQ(world.manager->pod("/a").stored.version, second);
    EXPECT_EQ(world.manager->findPod("/new"), nullptr);
    EXPECT_EQ(listDirectory(world.pathOf("/a", "versions")), (std::vector<std::string>{first, second}));
    EXPECT_EQ(listDirectory(world.pathOf("/a", "")), (std::vector<std::string>{"number", "state", "versions"}));
    EXPECT_EQ(restart()->message().find("damaged"), std::string::npos);
    EXPECT_EQ(world.manager->findPod("/new"), nullptr);
    EXPECT_EQ(world.manager->apply(world.definition("/a", "sleep 3"), {.force = true}).outcome, "changed");
}

TEST_F(ManagerDamage, OnAFullDiskAVersionThatCannotBeNamedIsTakenBack) {
    makeDirectories(world.pathOf("/a", "state.new"));
    EXPECT_THROW((void)world.manager->apply(world.definition("/a", "sleep 3"), {.force = true}), Error);
    EXPECT_EQ(listDirectory(world.pathOf("/a", "versions")), (std::vector<std::string>{first, second}));
}

TEST_F(ManagerDamage, OnAFullDiskAStopStopsButIsNoSuccess) {
    world.run({"/b", 1});
    {
        const FullDisk full;
        EXPECT_THROW((void)world.manager->stop("/b"), Error);
    }
    EXPECT_TRUE(world.manager->findInstance({"/b", 1})->state().ending());
    world.end({"/b", 1}, 0, true);
    EXPECT_EQ(world.manager->pod("/b").state(), PodState::stopped);
    (void)world.manager->stop("/b");  // said again when there is room
    restart();
    EXPECT_FALSE(world.manager->pod("/b").stored.up);
}

TEST_F(ManagerDamage, OnAFullDiskAPodThatCannotBeDeletedStops) {
    world.run({"/b", 1});
    {
        const FullDisk full;
        EXPECT_THROW((void)world.manager->remove("/b"), Error);
    }
    world.end({"/b", 1}, 0, true);
    EXPECT_EQ(world.manager->pod("/b").state(), PodState::stopped);
    (void)world.manager->remove("/b");
    EXPECT_EQ(world.manager->findPod("/b"), nullptr);
}

TEST_F(ManagerDamage, OnAFullDiskPodsAreStillLaunched) {
    world.run({"/b", 1});
    const FullDisk full;
    (void)world.manager->restart("/b");
    EXPECT_EQ(world.spawner.plans.back().pod, "/b");
    EXPECT_EQ(world.spawner.plans.back().number, 2u);
}

}  // namespace podd
