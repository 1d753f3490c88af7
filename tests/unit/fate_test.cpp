// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/fate.h"

#include <gtest/gtest.h>

#include <csignal>

namespace podd::fate {

namespace {

InstanceRecord pair(ContainerRecord a, ContainerRecord b) {
    return {.pod = "/a", .number = 1, .containers = {std::move(a), std::move(b)}};
}

ContainerRecord ended(int code, int signal, bool stopRequested) {
    return {.name = "x",
            .phase = ContainerPhase::exited,
            .exitCode = code,
            .exitSignal = signal,
            .stopRequested = stopRequested};
}

const ContainerRecord kRunning{.name = "y", .phase = ContainerPhase::running};

TEST(Fate, AnOomKillIsOneOfAContainerThatWasKilled) {
    ContainerRecord killed{.phase = ContainerPhase::exited, .exitSignal = 9};
    EXPECT_TRUE(fate::endedByOom(killed, 1));
    EXPECT_FALSE(fate::endedByOom(killed, 0));
    EXPECT_TRUE(fate::endedByOom({.phase = ContainerPhase::exited, .exitCode = 137}, 2))
        << "a shell tells of its child";
    EXPECT_FALSE(fate::endedByOom({.phase = ContainerPhase::exited, .exitCode = 1}, 2));
    EXPECT_FALSE(fate::endedByOom({.phase = ContainerPhase::running}, 2));
    killed.reason = EndReason::diskLimit;
    EXPECT_FALSE(fate::endedByOom(killed, 1)) << "its executor did it";
}

}  // namespace

TEST(Fate, nothingIsReleasedBeforeAllAreReadyAndScoped) {
    EXPECT_TRUE(mayRelease({.containers = 3, .ready = 3, .scoped = true, .networked = true}));
    EXPECT_FALSE(mayRelease({.containers = 3, .ready = 2, .scoped = true, .networked = true}));
    EXPECT_FALSE(mayRelease({.containers = 3, .ready = 3, .scoped = false, .networked = true}));
    EXPECT_FALSE(mayRelease({.containers = 3, .ready = 3, .scoped = true, .networked = false}));
}

TEST(Fate, onlyAFailureEndsTheOthers) {
    const auto after = [](const ContainerRecord& end) {
        const InstanceRecord record = pair(end, kRunning);
        return afterEnd(record, record.containers[0]);
    };
    EXPECT_EQ(after(ended(0, 0, false)), Next::goOn);
    EXPECT_EQ(after(ended(3, 0, false)), Next::stopOthers);
    EXPECT_EQ(after(ended(0, SIGSEGV, false)), Next::stopOthers);
    EXPECT_EQ(after(ended(143, 0, true)), Next::goOn);  // a stop is under way already
}

TEST(Fate, theLastEndIsTheInstances) {
    for (const int code : {0, 3}) {
        const InstanceRecord record = pair(ended(0, 0, false), ended(code, 0, false));
        EXPECT_EQ(afterEnd(record, record.containers[1]), Next::finish);
    }
}

TEST(Fate, sigtermIsGivenOnlyInPlaceOfItsDefaultAction) {
    const Stopping deafAndAlone{
        .pidNamespace = true, .hearsTerm = false, .alone = true, .sinceUsec = 0, .graceUsec = 1000};
    EXPECT_EQ(killNow(deafAndAlone), Kill::insteadOfTerm);
    Stopping other = deafAndAlone;
    other.pidNamespace = false;  // the kernel delivers it
    EXPECT_EQ(killNow(other), Kill::none);
    other = deafAndAlone;
    other.hearsTerm = true;
    EXPECT_EQ(killNow(other), Kill::none);
    other = deafAndAlone;
    other.alone = false;  // its children have got the signal; it may still have something to do
    EXPECT_EQ(killNow(other), Kill::none);
    other.sinceUsec = 1000;
    EXPECT_EQ(killNow(other), Kill::graceOver);
}

TEST(Fate, looksAreFrequentFirst) {
    EXPECT_EQ(nextLook(0), 20'000U);
    EXPECT_EQ(nextLook(20'000), 30'000U);
    EXPECT_EQ(nextLook(90'000), 100'000U);
    EXPECT_EQ(nextLook(100'000), 100'000U);
}

TEST(Fate, theRecordSaysWhatHappenedByMeaning) {
    const End killed{.exited = false, .status = SIGKILL, .coreDumped = false, .usec = 5};
    ContainerRecord record = kRunning;
    enter(record, killed, Kill::insteadOfTerm, true);
    EXPECT_EQ(record.exitSignal, SIGTERM);
    EXPECT_EQ(record.phase, ContainerPhase::exited);
    EXPECT_EQ(record.endedUsec, 5U);
    EXPECT_TRUE(record.stopRequested);
    enter(record, killed, Kill::graceOver, true);
    EXPECT_EQ(record.exitSignal, SIGKILL);
    // It was quicker than the signal.
    enter(record, {.exited = true, .status = 7, .coreDumped = false, .usec = 5}, Kill::insteadOfTerm, true);
    EXPECT_EQ(record.exitSignal, 0);
    EXPECT_EQ(record.exitCode, 7);
}

TEST(Fate, anOomKillIsOneOfAContainerThatWasKilled) {
    ContainerRecord killed{.phase = ContainerPhase::exited, .exitSignal = SIGKILL};
    EXPECT_TRUE(endedByOom(killed, 1));
    EXPECT_FALSE(endedByOom(killed, 0));
    EXPECT_TRUE(endedByOom({.phase = ContainerPhase::exited, .exitCode = 137}, 2)) << "a shell tells of its child";
    EXPECT_FALSE(endedByOom({.phase = ContainerPhase::exited, .exitCode = 1}, 2));
    EXPECT_FALSE(endedByOom({.phase = ContainerPhase::running}, 2));
    killed.reason = EndReason::diskLimit;
    EXPECT_FALSE(endedByOom(killed, 1)) << "its executor did it";
}

}  // namespace podd::fate
