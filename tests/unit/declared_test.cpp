// SPDX-License-Identifier: LGPL-2.1-or-later
// Declared pods: which files count, and when they are applied.
#include "manager/declared.h"

#include <unistd.h>

#include "fakes/world.h"

namespace podd {

namespace {

using fakes::World;
using Texts = std::vector<std::string>;

class DeclaredPods : public ::testing::Test {
protected:
    DeclaredPods() {
        makeDirectories(etc);
        makeDirectories(lib);
    }
    void write(const std::string& path, const std::string& text) const {
        writeFileAtomically(path, text, Durability::volatileFile);
    }
    // "a.json /a created"
    Texts apply() {
        Texts texts;
        declared = std::make_unique<Declared>(*world.manager);
        for (const Declaration& each : declared->apply())
            texts.push_back(cat(each.file.substr(each.file.rfind('/') + 1), ' ', each.pod, ' ', each.outcome));
        return texts;
    }

    World world;
    const std::string etc = world.config().declaredDirectories.at(0);
    const std::string lib = world.config().declaredDirectories.at(1);
    std::unique_ptr<Declared> declared;
};

}  // namespace

TEST_F(DeclaredPods, AreAppliedOnceAndAgainWhenTheirTextChanges) {
    EXPECT_EQ(apply(), Texts{});
    write(etc + "/b.json", world.definition("/b"));
    write(etc + "/a.json", world.definition("/a"));
    EXPECT_EQ(apply(), (Texts{"a.json /a created", "b.json /b created"}));
    EXPECT_EQ(apply(), (Texts{"a.json /a left", "b.json /b left"}));
    write(etc + "/a.json", world.definition("/a", "sleep 7"));
    EXPECT_EQ(apply(), (Texts{"a.json /a changed", "b.json /b left"}));
    write(etc + "/b.json", world.definition("/b") + "\n");
    EXPECT_EQ(apply(), (Texts{"a.json /a left", "b.json /b unchanged"}));
    EXPECT_EQ(apply(), (Texts{"a.json /a left", "b.json /b left"}));
}

TEST_F(DeclaredPods, AreLeftAsAnAdministratorHasLeftThem) {
    write(etc + "/a.json", world.definition("/a"));
    write(etc + "/b.json", world.definition("/b"));
    (void)apply();
    world.complete("/a");
    world.complete("/b");
    (void)world.manager->stop("/a");
    world.complete("/a");
    (void)world.manager->remove("/b");
    EXPECT_THROW(world.complete("/b"), Error) << "there is no such pod any more";
    world.restart();
    world.manager->recover({});
    EXPECT_EQ(apply(), (Texts{"a.json /a left", "b.json /b left"}));
    EXPECT_FALSE(world.manager->pod("/a").stored.up);
    EXPECT_EQ(world.manager->findPod("/b"), nullptr);
    write(etc + "/a.json", world.definition("/a", "sleep 7"));
    write(etc + "/b.json", world.definition("/b", "sleep 7"));
    EXPECT_EQ(apply(), (Texts{"a.json /a changed", "b.json /b created"}));
    EXPECT_FALSE(world.manager->pod("/a").stored.up) << "a new definition does not start what was stopped";
}

TEST_F(DeclaredPods, AFileHidesThoseOfItsNameAndALinkToNothingHidesThemAll) {
    write(lib + "/a.json", world.definition("/a", "sleep 1"));
    write(lib + "/b.json", world.definition("/b"));
    write(etc + "/a.json", world.definition("/a", "sleep 2"));
    write(etc + "/.hidden.json", world.definition("/c"));
    write(etc + "/notes.txt", world.definition("/d"));
    ASSERT_EQ(::symlink("/dev/null", (etc + "/b.json").c_str()), 0);
    EXPECT_EQ(apply(), Texts{"a.json /a created"});
    EXPECT_EQ(world.manager->pod("/a").stored.spec.containers[0].command.arguments().back(), "sleep 2");
    ASSERT_EQ(::unlink((etc + "/a.json").c_str()), 0);
    ASSERT_EQ(::unlink((etc + "/b.json").c_str()), 0);
    EXPECT_EQ(apply(), (Texts{"a.json /a changed", "b.json /b created"}));
}

TEST_F(DeclaredPods, ABadOneIsToldAndTheOthersGoOn) {
    write(etc + "/a.json", "{\"id\": 7}");
    write(etc + "/b.json", world.definition("/b"));
    write(etc + "/c.json", world.definition("/b", "sleep 7"));
    makeDirectories(etc + "/d.json");
    ASSERT_EQ(::symlink("/no/such/file", (etc + "/e.json").c_str()), 0);
    EXPECT_EQ(apply(), (Texts{"a.json  refused", "b.json /b created", "c.json /b refused", "d.json  refused",
                              "e.json  refused"}));
    ASSERT_EQ(declared->refused().size(), 4U);
    EXPECT_TRUE(declared->refused()[0].starts_with(etc + "/a.json: definition")) << declared->refused()[0];
    EXPECT_EQ(declared->refused()[1], cat(etc, "/c.json: pod '/b' is declared by '", etc, "/b.json'"));
    write(etc + "/a.json", world.definition("/a"));
    EXPECT_EQ(apply()[0], "a.json /a created");
    EXPECT_EQ(declared->refused().size(), 3U);
}

TEST_F(DeclaredPods, APodStaysWhenItsFileIsGone) {
    write(etc + "/a.json", world.definition("/a"));
    (void)apply();
    ASSERT_EQ(::unlink((etc + "/a.json").c_str()), 0);
    EXPECT_EQ(apply(), Texts{"a.json /a gone"});
    EXPECT_TRUE(world.manager->pod("/a").stored.up);
    EXPECT_EQ(apply(), Texts{}) << "told once";
    write(etc + "/renamed.json", world.definition("/a"));
    EXPECT_EQ(apply(), Texts{"renamed.json /a unchanged"});
}

TEST_F(DeclaredPods, WhatWasAppliedIsAppliedAgainWhenThatIsNotKnown) {
    write(etc + "/a.json", world.definition("/a"));
    (void)apply();
    write(world.config().stateDirectory + "/declared/a.json", "torn");
    EXPECT_EQ(apply(), Texts{"a.json /a unchanged"});
    EXPECT_EQ(apply(), Texts{"a.json /a left"});
}

}  // namespace podd
