// SPDX-License-Identifier: LGPL-2.1-or-later
// Rolling updates, by simulation: every combination of instances, capacities, health of the old and the new ones, and
// ports of the host is played to its end. What podd is told comes in an order of its own each time: one fact a round.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "core/reconcile.h"

namespace podd {

namespace {

struct Case {
    uint32_t wanted = 0;
    double minimum = 0;
    double over = 0;
    bool oldHealthy = true;
    bool newHealthy = true;
    bool ports = false;
    KillSelection selection = KillSelection::youngestFirst;
};

void PrintTo(const Case& each, std::ostream* out) {
    *out << each.wanted << " instances, minimumHealthCapacity " << each.minimum << ", maximumOverCapacity " << each.over
         << (each.oldHealthy ? ", old healthy" : ", old unhealthy")
         << (each.newHealthy ? ", new healthy" : ", new unhealthy") << (each.ports ? ", with ports" : "");
}

// A pod whose definition has just changed, and the world in which its instances live.
class World {
public:
    World(const Case& subject, unsigned seed) : case_(subject), random_(seed) {
        pod_.wanted = subject.wanted;
        pod_.upgrade = {.minimumHealthCapacity = subject.minimum, .maximumOverCapacity = subject.over};
        pod_.killSelection = subject.selection;
        pod_.exclusive = subject.ports;
        const uint32_t running = attainable(pod_);
        for (uint32_t i = 0; i < running; ++i)
            pod_.instances.push_back({.number = ++last_,
                                      .right = false,
                                      .running = true,
                                      .ready = subject.oldHealthy,
                                      .clashes = subject.ports});
    }

    uint32_t ready() const {
        return count([](const InstanceFacts& each) { return each.ready && !each.stopping; });
    }
    uint32_t current() const {
        return count([&](const InstanceFacts& each) { return each.ready && isCurrent(pod_, each); });
    }
    uint32_t old() const {
        return count([](const InstanceFacts& each) { return !each.right; });
    }
    size_t existing() const { return pod_.instances.size(); }
    const PodFacts& pod() const { return pod_; }

    // What podd does. False when it has nothing to do.
    bool act() {
        const Actions actions = reconcile(pod_);
        for (const uint64_t number : actions.stop)
            for (InstanceFacts& each : pod_.instances)
                if (each.number == number) {
                    EXPECT_FALSE(each.stopping) << "stopped twice";
                    each.stopping = true;
                }
        for (uint32_t i = 0; i < actions.launch; ++i)
            pod_.instances.push_back({.number = ++last_, .clashes = case_.ports});
        return actions != Actions{};
    }

    // One thing that happens by itself: an instance comes up, does its work, or is gone. False when nothing can.
    bool happen() {
        std::vector<size_t> candidates;
        for (size_t i = 0; i < pod_.instances.size(); ++i)
            if (pod_.instances[i].stopping || !pod_.instances[i].running ||
                (pod_.instances[i].right && !pod_.instances[i].ready && case_.newHealthy))
                candidates.push_back(i);
        if (candidates.empty())
            return false;
        const size_t chosen = candidates[std::uniform_int_distribution<size_t>(0, candidates.size() - 1)(random_)];
        InstanceFacts& instance = pod_.instances[chosen];
        if (instance.stopping)
            pod_.instances.erase(pod_.instances.begin() + static_cast<ptrdiff_t>(chosen));
        else if (!instance.running)
            instance.running = true;
        else
            instance.ready = true;
        return true;
    }

private:
    uint32_t count(const std::function<bool(const InstanceFacts&)>& what) const {
        return static_cast<uint32_t>(std::count_if(pod_.instances.begin(), pod_.instances.end(), what));
    }

    const Case case_;
    PodFacts pod_;
    uint64_t last_ = 0;
    std::mt19937 random_;
};

// In whole numbers, so that this is not the arithmetic that it checks.
uint32_t ceiling(uint32_t wanted, double share) {
    return (wanted * static_cast<uint32_t>(std::lround(share * 4)) + 3) / 4;
}
uint32_t roof(uint32_t wanted, double over) {
    return (wanted * (4 + static_cast<uint32_t>(std::lround(over * 4)))) / 4;
}

void play(const Case& subject, unsigned seed) {
    World world(subject, seed);
    const uint32_t wanted = attainable(world.pod());
    const uint32_t before = world.ready();
    // With ports of the host the old instance has to go before the new one can come.
    const uint32_t minimum = subject.ports ? 0 : std::min(before, ceiling(wanted, subject.minimum));
    const uint32_t least = roof(wanted, subject.over);
    // Where nothing could ever be replaced there may be one more.
    const uint32_t maximum = std::max(least, wanted) + (ceiling(wanted, subject.minimum) == least ? 1 : 0);
    for (int round = 0;; ++round) {
        ASSERT_LT(round, 1000) << "it never ends";
        const bool acted = world.act();
        ASSERT_GE(world.ready(), minimum);
        ASSERT_LE(world.existing(), maximum);
        if (!world.happen() && !acted)
            break;
    }
    if (!subject.newHealthy)
        return;  // what served goes on, as each round has seen
    EXPECT_EQ(world.current(), wanted);
    EXPECT_EQ(world.existing(), wanted);
    EXPECT_EQ(world.old(), 0U);
}

TEST(Planner, KeepsTheCapacitiesAndEndsWhateverTheCase) {
    unsigned cases = 0;
    for (uint32_t wanted = 0; wanted <= 6; ++wanted)
        for (int minimum = 0; minimum <= 4; ++minimum)
            for (int over = 0; over <= 4; ++over)
                for (unsigned flags = 0; flags < 16; ++flags)
                    for (unsigned seed = 0; seed < 8; ++seed) {
                        const Case subject{
                            .wanted = wanted,
                            .minimum = minimum * 0.25,
                            .over = over * 0.25,
                            .oldHealthy = (flags & 1) == 0,
                            .newHealthy = (flags & 2) == 0,
                            .ports = (flags & 4) != 0,
                            .selection = (flags & 8) == 0 ? KillSelection::youngestFirst : KillSelection::oldestFirst};
                        play(subject, seed);
                        ++cases;
                        ASSERT_FALSE(::testing::Test::HasFailure()) << ::testing::PrintToString(subject);
                    }
    EXPECT_EQ(cases, 7U * 5 * 5 * 16 * 8);
}

InstanceFacts made(uint64_t number, bool right, bool ready) {
    return {.number = number, .right = right, .running = true, .ready = ready};
}

TEST(Planner, UsesAllThatTheCapacitiesAllowAtOnce) {
    PodFacts pod{.wanted = 4,
                 .upgrade = {.minimumHealthCapacity = 0.5, .maximumOverCapacity = 0.25},
                 .instances = {made(1, false, true), made(2, false, true), made(3, false, true), made(4, false, true)}};
    EXPECT_EQ(reconcile(pod), (Actions{.stop = {4, 3}, .launch = 1}));
}

TEST(Planner, TakesThoseFirstThatDoNoWorkAndThenTheOrderOfTheDefinition) {
    PodFacts pod{.wanted = 3,
                 .upgrade = {.minimumHealthCapacity = 0.5, .maximumOverCapacity = 0},
                 .killSelection = KillSelection::oldestFirst,
                 .instances = {made(1, false, true), made(2, false, false), made(3, false, true)}};
    EXPECT_EQ(reconcile(pod).stop, (std::vector<uint64_t>{2}));
    pod.instances[1].ready = true;
    EXPECT_EQ(reconcile(pod).stop, (std::vector<uint64_t>{1}));
    pod.wanted = 1;
    for (InstanceFacts& each : pod.instances)
        each.right = true;
    EXPECT_EQ(reconcile(pod).stop, (std::vector<uint64_t>{1, 2}));
}

TEST(Planner, GoesOneBelowTheMinimumForWhatHasDataOfItsOwn) {
    PodFacts pod{.wanted = 2,
                 .upgrade = {.minimumHealthCapacity = 1, .maximumOverCapacity = 0},
                 .resident = true,
                 .instances = {made(1, false, true), made(2, false, true)}};
    EXPECT_EQ(reconcile(pod), (Actions{.stop = {2}}));
}

TEST(Planner, LeavesTheOldOnesAloneWhileNewOnesFail) {
    PodFacts pod{.wanted = 2, .nextLaunchUsec = 100, .nowUsec = 50};
    pod.instances = {made(1, false, true), made(2, false, true)};
    EXPECT_EQ(reconcile(pod), (Actions{.wakeAtUsec = 100}));
}

TEST(Planner, LetsAnOldInstanceGoOnlyForOneThatHasSettled) {
    PodFacts pod{.wanted = 1, .nowUsec = 50};
    pod.instances = {made(1, false, true), made(2, true, true)};
    pod.instances[1].settledUsec = 60;
    EXPECT_EQ(reconcile(pod), (Actions{.wakeAtUsec = 60}));
    pod.nowUsec = 60;
    EXPECT_EQ(reconcile(pod), (Actions{.stop = {1}}));
}

TEST(Planner, KnowsItsProductsDespiteBinaryFractions) {
    const auto capacity = [](uint32_t wanted, double minimum, double over) {
        return capacityOf(
            {.wanted = wanted, .upgrade = {.minimumHealthCapacity = minimum, .maximumOverCapacity = over}});
    };
    EXPECT_EQ(capacity(100, 0.55, 0.0).minimum, 55U);  // 100 × 0.55 is 55.000000000000007
    EXPECT_EQ(capacity(10, 0.7, 0.0).minimum, 7U);
    EXPECT_EQ(capacity(10, 0.0, 0.7).maximum, 17U);
    EXPECT_EQ(capacity(3, 0.5, 0.5).minimum, 2U);
    EXPECT_EQ(capacity(3, 0.5, 0.5).maximum, 4U);
}

}  // namespace

}  // namespace podd
