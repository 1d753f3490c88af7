// SPDX-License-Identifier: LGPL-2.1-or-later
// Ports of the host: one instance's at a time, through refusals, ends and another podd.
#include <gtest/gtest.h>

#include "fakes/world.h"

namespace podd {

namespace {

using fakes::World;

class ManagerEndpoints : public ::testing::Test {
protected:
    static std::string definition(const std::string& id, const std::string& endpoint, unsigned instances = 1) {
        return cat(R"({"id": ")", id, R"(", "networks": [{"mode": "host"}], "containers": [{"name": "main", )",
                   R"("exec": {"command": {"shell": "sleep 1"}}, "resources": {}, "endpoints": [)", endpoint,
                   R"(]}], "scaling": {"kind": "fixed", "instances": )", instances, "}}");
    }
    uint64_t portOf(const InstanceId& id) { return world.manager->findInstance(id)->endpoints().at(0).hostPort; }

    World world;
};

TEST_F(ManagerEndpoints, EachInstanceHasAPortOfItsOwn) {
    (void)world.manager->apply(definition("/web", R"({"name": "http"})", 3), {});
    EXPECT_EQ(portOf({"/web", 1}), 31000U);
    EXPECT_EQ(portOf({"/web", 2}), 31001U);
    EXPECT_EQ(portOf({"/web", 3}), 31002U);
}

TEST_F(ManagerEndpoints, WhoHasThePortIsTheReasonAndTheNextAttemptGetsIt) {
    const std::string fixed = R"({"name": "http", "hostPort": 8080})";
    (void)world.manager->apply(definition("/a", fixed), {});
    world.run({"/a", 1});
    (void)world.manager->apply(definition("/b", fixed), {});
    world.settle();
    const Pod& refused = world.manager->pod("/b");
    EXPECT_EQ(refused.lastFailure, "instance '/b.1': endpoint 'http': port 8080/tcp is held by instance '/a.1'");
    EXPECT_TRUE(refused.instances.empty()) << "nothing is left of it";
    (void)world.manager->remove("/a");
    world.end({"/a", 1}, 0, true);
    world.manager->resetFailed("/b");
    EXPECT_EQ(portOf({"/b", 2}), 8080U);
}

TEST_F(ManagerEndpoints, ANewPoddKnowsWhoHasWhat) {
    (void)world.manager->apply(definition("/web", R"({"name": "http"})"), {});
    InstanceRecord facts = world.record({"/web", 1}, InstancePhase::running);
    facts.endpoints = world.manager->findInstance({"/web", 1})->endpoints();
    world.leaveRecord({"/web", 1}, facts);
    world.restart();
    world.manager->recover({});
    EXPECT_EQ(portOf({"/web", 1}), 31000U);
    (void)world.manager->apply(definition("/other", R"({"name": "http"})"), {});
    EXPECT_EQ(portOf({"/other", 1}), 31001U);
}

TEST_F(ManagerEndpoints, APlanShowsWhatIsKnown) {
    const InstancePlan plan =
        world.manager->planOf(definition("/web", R"({"name": "a", "hostPort": 80}, {"name": "b"})"), true);
    ASSERT_EQ(plan.launch.endpoints.size(), 2U);
    EXPECT_EQ(plan.launch.endpoints[0].hostPort, 80U);
    EXPECT_EQ(plan.launch.endpoints[1].hostPort, 0U);
}

}  // namespace

}  // namespace podd
