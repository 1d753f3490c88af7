// SPDX-License-Identifier: LGPL-2.1-or-later
// What a definition may cost the one who reads it, whatever it is: 50 ms, a small stack, and no memory that stays.
#include <gtest/gtest.h>
#include <json/json.h>
#include <malloc.h>
#include <pthread.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "hostile_texts.h"
#include "model/pod_spec_json.h"

using namespace podd;
using namespace podd::testing;

namespace {

#if defined(__SANITIZE_ADDRESS__) || !defined(NDEBUG)
constexpr bool kMeasured = false;  // neither time nor memory are those of a package
#else
constexpr bool kMeasured = true;
#endif

constexpr double kBound = 50;  // ms

// Of this thread, so that a busy machine does not count; the best of three, and of more while it is not good enough:
// what others do to the caches counts after all.
double milliseconds(const std::function<void()>& work, double goodEnough = kBound) {
    const auto now = [] {
        timespec time{};
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
    };
    double best = 1e9;
    for (int i = 0; i < 3 || (i < 20 && best > goodEnough); ++i) {
        const double begin = now();
        work();
        best = std::min(best, now() - begin);
    }
    return best;
}

// How much slower this machine is, just now, than the one for which the bound holds: there, JsonCpp alone takes 40 ms to
// read an array of 128 Ki numbers. At least 1.
double slowness() {
    constexpr double kReference = 40;  // ms
    std::string numbers = "[0";
    for (int i = 1; i < 131'072; ++i)
        numbers += ",0";
    numbers += "]";
    const std::unique_ptr<Json::CharReader> reader(Json::CharReaderBuilder().newCharReader());
    const double time = milliseconds(
        [&] {
            Json::Value value;
            (void)reader->parse(numbers.data(), numbers.data() + numbers.size(), &value, nullptr);
        },
        0);
    return std::max(1.0, time / kReference);
}

void read(const std::string& text) {
    const ParsedPod parsed = parsePod(text);
    EXPECT_LE(parsed.problems.size(), 202U);  // errors, warnings, and that there are more of each
    if (parsed.ok()) {
        EXPECT_EQ(parsePod(canonicalJson(parsed.spec)).spec, parsed.spec);
    }
}

std::vector<NamedText> expensive() {
    std::vector<NamedText> all = expensiveJson();
    const std::vector<NamedText> definitions = expensiveDefinitions();
    all.insert(all.end(), definitions.begin(), definitions.end());
    return all;
}

TEST(HostileCost, NoTextTakesLong) {
    std::string slowest;
    double most = 0;
    for (const auto& [name, text] : expensive()) {
        EXPECT_LE(text.size(), kMaxJsonSize) << name;
        read(text);
        if (!kMeasured)
            continue;
        const double time = milliseconds([&, &what = text] { (void)parsePod(what); });
        EXPECT_TRUE(time <= kBound || time <= kBound * slowness()) << name << ": " << time << " ms";
        if (time > most) {
            most = time;
            slowest = name;
        }
    }
    RecordProperty("slowest", cat(slowest, ": ", most, " ms"));
    RecordProperty("slowness", cat(slowness()));
}

TEST(HostileCost, ALongTextIsRefusedByItsLength) {
    const std::string good = pod("\"user\":\"nobody\"");
    for (const size_t size : {kMaxJsonSize + 1, size_t{1} << 20, size_t{32} << 20}) {
        for (const char filling : {' ', '\n', '['}) {
            const std::string text = good + std::string(size - good.size(), filling);
            const ParsedPod parsed = parsePod(text);
            ASSERT_EQ(parsed.problems.size(), 1U);
            EXPECT_EQ(parsed.problems[0].what,
                      cat("the definition is ", size, " bytes long, at most 262144 are allowed"));
            const double time = milliseconds([&] { (void)parsePod(text); }, 0.1);
            EXPECT_TRUE(time <= 0.1 || !kMeasured) << size << ": " << time << " ms";
        }
    }
    for (const size_t size : {kMaxJsonSize - 1, kMaxJsonSize})
        EXPECT_TRUE(parsePod(good + std::string(size - good.size(), ' ')).ok()) << size;
}

TEST(HostileCost, DepthIsRefusedWhateverItIs) {
    for (const char* open : {"[", "{\"a\":", "[{\"a\":", "{\"id\":"}) {
        for (const size_t depth : {size_t{33}, size_t{1000}, size_t{100'000}, size_t{10'000'000}}) {
            const std::string text = times(depth, open);
            const ParsedPod parsed = parsePod(text);
            ASSERT_EQ(parsed.problems.size(), 1U) << open << depth;
            const std::string reason = text.size() > kMaxJsonSize ? "bytes long" : "nested too deep";
            EXPECT_NE(parsed.problems[0].what.find(reason), std::string::npos) << parsed.problems[0].what;
            const double time = milliseconds([&] { (void)parsePod(text); });
            EXPECT_TRUE(time <= kBound || !kMeasured || time <= kBound * slowness()) << open << depth << ": " << time;
        }
    }
}

// Runs `work` on a thread that has 128 KiB of stack.
void onSmallStack(std::function<void()> work) {
    pthread_attr_t attributes;
    ASSERT_EQ(::pthread_attr_init(&attributes), 0);
    ASSERT_EQ(::pthread_attr_setstacksize(&attributes, size_t{128} << 10), 0);
    pthread_t thread{};
    const auto run = [](void* argument) -> void* {
        (*static_cast<std::function<void()>*>(argument))();
        return nullptr;
    };
    ASSERT_EQ(::pthread_create(&thread, &attributes, run, &work), 0);
    ASSERT_EQ(::pthread_join(thread, nullptr), 0);
    ::pthread_attr_destroy(&attributes);
}

TEST(HostileCost, ASmallStackIsEnough) {
    onSmallStack([] {
        for (const auto& [name, text] : expensive())
            (void)parsePod(text);
        for (const char* open : {"[", "{\"a\":"})
            for (const size_t depth : {size_t{31}, size_t{33}, size_t{1000}, size_t{40'000}})
                (void)parsePod(times(depth, open));
        (void)parsePod(times(32, "[") + "0" + times(32, "]"));
        (void)parsePod(times(32, "{\"a\":") + "0" + times(32, "}"));
    });
}

TEST(HostileCost, NoMemoryStays) {
    if (!kMeasured)
        GTEST_SKIP() << "LeakSanitizer sees to it in this build";
    std::vector<NamedText> texts = expensive();
    texts.emplace_back("far too long", times(size_t{32} << 20, "["));
    const auto inUse = [] {
        const struct mallinfo2 now = ::mallinfo2();
        return now.uordblks + now.hblkhd;
    };
    // malloc(3) keeps a few freed blocks of each size to itself, more or fewer of them from round to round. What is
    // leaked adds up: a single block in each text would be far above the allowance at the end.
    constexpr int kRounds = 12;
    std::vector<size_t> after;
    for (int round = 0; round < kRounds; ++round) {
        for (const auto& [name, text] : texts)
            (void)parsePod(text);
        after.push_back(inUse());
    }
    const size_t early = *std::max_element(after.begin(), after.begin() + 3);
    const size_t late = *std::min_element(after.end() - 3, after.end());
    EXPECT_LE(late, early + 4096) << "in the first rounds " << after[0] << ", in the last one " << after.back();
}

}  // namespace
