// SPDX-License-Identifier: LGPL-2.1-or-later
// The pure decisions: back-off, reconciliation, versions, envelopes.
#include <gtest/gtest.h>

#include "core/backoff.h"
#include "core/reconcile.h"
#include "model/envelope.h"
#include "model/version.h"

namespace podd {

namespace {

TEST(Backoff, GrowsByItsFactorUpToItsLimit) {
    const BackoffPolicy policy;
    Backoff state = afterFailure({}, policy, 0, 0);
    EXPECT_EQ(state.delayUsec, 1'000'000u);
    state = afterFailure(state, policy, 0, 0);
    EXPECT_EQ(state.delayUsec, 1'150'000u);
    for (int i = 0; i < 100; ++i)
        state = afterFailure(state, policy, 0, 0);
    EXPECT_EQ(state.delayUsec, 300'000'000u);
    EXPECT_EQ(state.failures, 102u);
}

TEST(Backoff, FollowsTheDefinitionButNeverSpins) {
    EXPECT_EQ(policyOf(BackoffSpec{}).firstUsec, BackoffPolicy{}.firstUsec);
    EXPECT_EQ(policyOf(BackoffSpec{}).maxUsec, BackoffPolicy{}.maxUsec);
    const BackoffPolicy mine = policyOf({.seconds = 2.5, .factor = 2, .maxSeconds = 4});
    Backoff state = afterFailure({}, mine, 0, 0);
    EXPECT_EQ(state.delayUsec, 2'500'000U);
    EXPECT_EQ(afterFailure(state, mine, 0, 0).delayUsec, 4'000'000U);
    const BackoffPolicy none = policyOf({.seconds = 0, .factor = 0, .maxSeconds = 0});
    EXPECT_EQ(afterFailure(afterFailure({}, none, 0, 0), none, 0, 0).delayUsec, kMinBackoffUsec);
    const BackoffPolicy shrinking = policyOf({.seconds = 1, .factor = 0.01, .maxSeconds = 10});
    EXPECT_EQ(afterFailure(afterFailure({}, shrinking, 0, 0), shrinking, 0, 0).delayUsec, kMinBackoffUsec);
}

TEST(Backoff, StartsAfreshAfterAStableRun) {
    const BackoffPolicy policy;
    const Backoff worn{.failures = 9, .delayUsec = 5'000'000, .nextLaunchUsec = 1};
    EXPECT_EQ(afterFailure(worn, policy, 1000, policy.maxUsec).delayUsec, policy.firstUsec);
    EXPECT_EQ(afterFailure(worn, policy, 1000, policy.maxUsec).failures, 1u);
}

InstanceFacts running(uint64_t number, bool right = true) {
    return {.number = number, .right = right, .running = true, .ready = true};
}

TEST(Reconcile, LaunchesWhatIsMissing) {
    EXPECT_EQ(reconcile({.wanted = 3, .instances = {running(1)}}).launch, 2u);
}

TEST(Reconcile, HasNothingToDoWhenFactsAreAsWished) {
    EXPECT_EQ(reconcile({.wanted = 1, .instances = {running(1)}}), Actions{});
}

TEST(Reconcile, TakesTheYoungestWhenItScalesDown) {
    const Actions actions = reconcile({.wanted = 1, .instances = {running(1), running(2), running(3)}});
    EXPECT_EQ(actions.stop, (std::vector<uint64_t>{3, 2}));
    EXPECT_EQ(actions.launch, 0u);
}

TEST(Reconcile, StopsEverythingOfAPodThatIsDown) {
    const Actions actions = reconcile({.up = false, .wanted = 2, .instances = {running(1), running(2)}});
    EXPECT_EQ(actions.stop, (std::vector<uint64_t>{2, 1}));
}

TEST(Reconcile, BringsNewInstancesBeforeOldOnesGo) {
    EXPECT_EQ(reconcile({.wanted = 1, .instances = {running(1, false)}}), (Actions{.launch = 1}));
    EXPECT_EQ(reconcile({.wanted = 1, .instances = {running(1, false), running(2)}}), (Actions{.stop = {1}}));
}

TEST(Reconcile, LetsOldInstancesGoFirstWhereBothWantAPortOfTheHost) {
    PodFacts pod{.wanted = 1, .exclusive = true, .instances = {running(1, false)}};
    pod.instances[0].clashes = true;
    EXPECT_EQ(reconcile(pod), (Actions{.stop = {1}}));
    pod.instances[0].stopping = true;
    EXPECT_EQ(reconcile(pod), Actions{});
    pod.instances.clear();
    EXPECT_EQ(reconcile(pod).launch, 1u);
}

TEST(Reconcile, ReplacesAFailedInstanceBesideTheOthers) {
    InstanceFacts failed = running(1);
    failed.stopping = true;
    EXPECT_EQ(reconcile({.wanted = 2, .instances = {failed, running(2)}}).launch, 1u);
}

TEST(Reconcile, WaitsForTheEndOfTheBackoff) {
    const Actions actions = reconcile({.wanted = 1, .nextLaunchUsec = 50, .nowUsec = 49});
    EXPECT_EQ(actions.launch, 0u);
    EXPECT_EQ(actions.wakeAtUsec, 50u);
    EXPECT_EQ(reconcile({.wanted = 1, .nextLaunchUsec = 50, .nowUsec = 50}).launch, 1u);
}

TEST(Reconcile, ReplacesAllThatAreOlderThanARestart) {
    EXPECT_EQ(reconcile({.wanted = 1, .restartedBelow = 5, .instances = {running(4)}}), (Actions{.launch = 1}));
    EXPECT_EQ(reconcile({.wanted = 1, .restartedBelow = 5, .instances = {running(4), running(5)}}),
              (Actions{.stop = {4}}));
    EXPECT_EQ(reconcile({.wanted = 1, .restartedBelow = 5, .instances = {running(5)}}), Actions{});
}

TEST(Version, IsTheTimeInMilliseconds) {
    EXPECT_EQ(versionText(1'795'298'678'123), "2026-11-21T22:04:38.123Z");
    EXPECT_EQ(parseVersion("2026-11-21T22:04:38.123Z"), 1'795'298'678'123u);
    EXPECT_EQ(parseVersion("2026-11-21T22:04:38.123"), std::nullopt);
    EXPECT_EQ(parseVersion("2026-13-21T22:04:38.123Z"), std::nullopt);
    EXPECT_EQ(parseVersion("../../etc/passwd"), std::nullopt);
}

TEST(Version, GrowsEvenWhenTheClockStepsBack) {
    const std::string first = nextVersion(1000, "");
    EXPECT_EQ(nextVersion(1000, first), versionText(1001));
    EXPECT_EQ(nextVersion(5, first), versionText(1001));
    EXPECT_EQ(nextVersion(2000, first), versionText(2000));
}

TEST(Envelope, GivesBackWhatWasSealed) {
    EXPECT_EQ(unsealed("state", sealed("state", "A=1\n")), "A=1\n");
    EXPECT_EQ(unsealed("state", sealed("state", "")), "");
}

TEST(Envelope, NoticesEveryKindOfDamage) {
    const std::string whole = sealed("state", "A=1\nB=2\n");
    EXPECT_EQ(unsealed("version", whole), std::nullopt);
    for (size_t length = 0; length < whole.size(); ++length)
        EXPECT_EQ(unsealed("state", whole.substr(0, length)), std::nullopt) << length;
    for (size_t at = 0; at < whole.size(); ++at) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        EXPECT_EQ(unsealed("state", damaged), std::nullopt) << at;
    }
    EXPECT_EQ(unsealed("state", whole + "x"), std::nullopt);
}

}  // namespace

}  // namespace podd
