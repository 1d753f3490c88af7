// SPDX-License-Identifier: LGPL-2.1-or-later
// Times and spans as people read and write them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "cli/times.h"

namespace podd::cli {
namespace {

constexpr uint64_t kSecond = 1'000'000;
constexpr uint64_t kMinute = 60 * kSecond;
constexpr uint64_t kHour = 60 * kMinute;
constexpr uint64_t kDay = 24 * kHour;
constexpr uint64_t kNow = 1'772'445'600 * kSecond;  // Mon 2026-03-02 10:00:00 UTC

class CliTimes : public testing::Test {
protected:
    void SetUp() override {
        ::setenv("TZ", "UTC", 1);
        ::tzset();
    }
};

TEST_F(CliTimes, AreShownAbsolute) {
    EXPECT_EQ(absoluteTime(kNow), "Mon 2026-03-02 10:00:00 UTC");
    EXPECT_EQ(absoluteTime(0), "");
    EXPECT_EQ(logTime(kNow), "Mar 02 10:00:00");
}

TEST_F(CliTimes, AreShownRelativeInBothDirections) {
    EXPECT_EQ(relativeTime(kNow - 3 * kMinute, kNow), "3min ago");
    EXPECT_EQ(relativeTime(kNow - 3 * kMinute - 2'900'000, kNow), "3min 2s ago");
    EXPECT_EQ(relativeTime(kNow - 1'900'000, kNow), "1s ago");
    EXPECT_EQ(relativeTime(kNow - 15'000, kNow), "15ms ago");
    EXPECT_EQ(relativeTime(kNow - 2 * kDay - 3 * kHour - kMinute, kNow), "2d 3h ago");
    EXPECT_EQ(relativeTime(kNow + 12 * kSecond, kNow), "in 12s");
    EXPECT_EQ(relativeTime(kNow, kNow), "now");
    EXPECT_EQ(relativeTime(0, kNow), "");
}

TEST_F(CliTimes, AreShownBothWaysInAStatus) {
    EXPECT_EQ(sinceTime(kNow - kMinute, kNow), "Mon 2026-03-02 09:59:00 UTC; 1min ago");
    EXPECT_EQ(sinceTime(0, kNow), "");
}

TEST_F(CliTimes, SpansAreReadWithAndWithoutUnits) {
    EXPECT_EQ(parseSpan("5"), 5 * kSecond);
    EXPECT_EQ(parseSpan("1.5"), 1'500'000U);
    EXPECT_EQ(parseSpan("500ms"), 500'000U);
    EXPECT_EQ(parseSpan("1min 30s"), 90 * kSecond);
    EXPECT_EQ(parseSpan("2 h"), 2 * kHour);
    EXPECT_EQ(parseSpan("1h30min"), kHour + 30 * kMinute);
    EXPECT_EQ(parseSpan("0"), 0U);
}

TEST_F(CliTimes, WhatIsNoSpanIsRefused) {
    for (const char* text : {"", "s", "-5", "5 parsecs", "nan", "inf", "1e400", "99999999999999999999", "5s x"})
        EXPECT_EQ(parseSpan(text), std::nullopt) << text;
}

TEST_F(CliTimes, PointsAreReadInTheFormsOfSystemd) {
    EXPECT_EQ(parseTime("now", kNow), kNow);
    EXPECT_EQ(parseTime("today", kNow), kNow - 10 * kHour);
    EXPECT_EQ(parseTime("yesterday", kNow), kNow - 10 * kHour - kDay);
    EXPECT_EQ(parseTime("-5min", kNow), kNow - 5 * kMinute);
    EXPECT_EQ(parseTime("5min ago", kNow), kNow - 5 * kMinute);
    EXPECT_EQ(parseTime("@1772445600", kNow), kNow);
    EXPECT_EQ(parseTime("2026-03-02 09:00:30", kNow), kNow - kHour + 30 * kSecond);
    EXPECT_EQ(parseTime("2026-03-02T09:00:00", kNow), kNow - kHour);
    EXPECT_EQ(parseTime("2026-03-02 09:00", kNow), kNow - kHour);
    EXPECT_EQ(parseTime("2026-03-01", kNow), kNow - 10 * kHour - kDay);
    EXPECT_EQ(parseTime("08:00", kNow), kNow - 2 * kHour);
}

TEST_F(CliTimes, WhatIsNoPointIsRefused) {
    for (const char* text : {"", "soon", "@x", "@99999999999999999", "2026-13-01", "2026-03-02 9:00 x", "-x"})
        EXPECT_EQ(parseTime(text, kNow), std::nullopt) << text;
}

}  // namespace
}  // namespace podd::cli
