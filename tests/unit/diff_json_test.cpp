// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/diff_json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>

#include "base/error.h"
#include "base/strings.h"
#include "model/json_text.h"
#include "model/pod_spec_json.h"

using namespace podd;

namespace {

// "~ /a: 1 -> 2", "+ /b: 3", "- /c: 4"
std::vector<std::string> diff(const std::string& before, const std::string& after) {
    std::vector<std::string> lines;
    for (const Change& change : diffDefinitions(before, after)) {
        if (change.kind == Change::Kind::added)
            lines.push_back(cat("+ ", change.path, ": ", change.after));
        else if (change.kind == Change::Kind::removed)
            lines.push_back(cat("- ", change.path, ": ", change.before));
        else
            lines.push_back(cat("~ ", change.path, ": ", change.before, " -> ", change.after));
        EXPECT_EQ(change.before.empty(), change.kind == Change::Kind::added) << lines.back();
        EXPECT_EQ(change.after.empty(), change.kind == Change::Kind::removed) << lines.back();
    }
    return lines;
}

using Lines = std::vector<std::string>;

TEST(DiffJson, SaysNothingAboutWhatIsTheSame) {
    EXPECT_EQ(diff("", ""), Lines{});
    EXPECT_EQ(diff(R"({"a": [1, {"b": null}]})", R"({"a": [1, {"b": null}]})"), Lines{});
    EXPECT_EQ(diff(R"({"a": [1, {"b": null}]})", "{\n  \"a\" : [1,{\"b\":null}]\n}\n"), Lines{});
    EXPECT_EQ(diff(R"({"a": 1, "b": 2})", R"({"b": 2, "a": 1})"), Lines{}) << "members have no order";
}

TEST(DiffJson, NamesMembersThatCameWentAndChanged) {
    EXPECT_EQ(diff(R"({"a": 1, "b": 2, "c": 3})", R"({"a": 1, "x": {"y": [ ]}, "c": 4})"),
              (Lines{"- /b: 2", "+ /x: {\"y\":[]}", "~ /c: 3 -> 4"}));
    EXPECT_EQ(diff("", R"({"id": "/web", "labels": {"a": "b"}})"),
              (Lines{"+ /id: \"/web\"", "+ /labels: {\"a\":\"b\"}"}));
    EXPECT_EQ(diff(R"({"id": "/web"})", ""), Lines{"- /id: \"/web\""});
    EXPECT_EQ(diff(R"({"a": {"b": 1}})", R"({"a": [1]})"), Lines{"~ /a: {\"b\":1} -> [1]"});
    EXPECT_EQ(diff(R"({"a": 1})", R"({"a": "1"})"), Lines{"~ /a: 1 -> \"1\""});
}

TEST(DiffJson, MatchesNamedItemsByTheirNames) {
    const std::string before = R"({"containers": [{"name": "web", "mem": 32}, {"name": "db", "mem": 64}]})";
    EXPECT_EQ(
        diff(before, R"({"containers": [{"name": "log"}, {"name": "web", "mem": 32}, {"name": "db", "mem": 65}]})"),
        (Lines{"+ /containers/log: {\"name\":\"log\"}", "~ /containers/db/mem: 64 -> 65"}));
    EXPECT_EQ(diff(before, R"({"containers": [{"name": "db", "mem": 64}]})"),
              Lines{"- /containers/web: {\"name\":\"web\",\"mem\":32}"});
    EXPECT_EQ(diff(R"({"volumes": []})", R"({"volumes": [{"name": "a"}]})"), Lines{"+ /volumes/a: {\"name\":\"a\"}"});
}

TEST(DiffJson, TellsAnOtherOrderOfNamedItemsOnce) {
    const std::string a = R"({"name": "a", "x": 1})";
    const std::string b = R"({"name": "b", "x": 1})";
    const std::string c = R"({"name": "c", "x": 1})";
    const auto list = [](const auto&... items) { return cat("{\"l\": [", join({items...}, ", "), "]}"); };
    EXPECT_EQ(diff(list(a, b), list(b, a)), Lines{R"(~ /l: ["a","b"] -> ["b","a"])"});
    EXPECT_EQ(diff(list(a, b, c), list(c, a)),
              (Lines{R"(~ /l: ["a","c"] -> ["c","a"])", R"(- /l/b: {"name":"b","x":1})"}));
    EXPECT_EQ(diff(list(a, c), list(a, b, c)), Lines{R"(+ /l/b: {"name":"b","x":1})"});
}

TEST(DiffJson, ComparesOtherListsByPosition) {
    EXPECT_EQ(diff(R"({"networks": [{"mode": "host"}]})", R"({"networks": [{"mode": "none"}, {"mode": "host"}]})"),
              (Lines{"~ /networks/0/mode: \"host\" -> \"none\"", "+ /networks/1: {\"mode\":\"host\"}"}));
    const std::string twins = R"({"l": [{"name": "a", "x": 1}, {"name": "a", "x": 2}]})";
    EXPECT_EQ(diff(twins, R"({"l": [{"name": "a", "x": 1}]})"), Lines{R"(- /l/1: {"name":"a","x":2})"});
    EXPECT_EQ(diff(R"({"l": [{"name": 1}]})", R"({"l": [{"name": 2}]})"), Lines{"~ /l/0/name: 1 -> 2"});
}

TEST(DiffJson, ShowsAListOfPlainValuesAsOne) {
    EXPECT_EQ(diff(R"({"argv": ["sleep", "1"]})", R"({"argv": ["sleep", "infinity"]})"),
              Lines{R"(~ /argv: ["sleep","1"] -> ["sleep","infinity"])"});
    EXPECT_EQ(diff(R"({"argv": []})", R"({"argv": [1]})"), Lines{"~ /argv: [] -> [1]"});
}

TEST(DiffJson, WritesKeysAndNamesAsJsonPointersDo) {
    EXPECT_EQ(diff(R"({"a/b": {"~": 1, "x\"\\\u0001\n": 1}})", R"({"a/b": {"~": 2, "x\"\\\u0001\n": 2}})"),
              (Lines{"~ /a~1b/~0: 1 -> 2", "~ /a~1b/x\"\\\x01\n: 1 -> 2"}));
    EXPECT_EQ(diff(R"([{"name": "a/b", "x": 1}])", R"([{"name": "a/b", "x": 2}])"), Lines{"~ /a~1b/x: 1 -> 2"});
    EXPECT_EQ(diff(R"({"a": "b: {1}, [2]"})", R"({"a": "\" ,"})"), Lines{R"(~ /a: "b: {1}, [2]" -> "\" ,")"});
}

TEST(DiffJson, ReadsWhatTheCanonicalFormWrites) {
    PodSpec before = parsePod(R"({"id": "/web", "containers": [{"name": "main", "resources": {"mem": 32},
                                  "exec": {"command": {"shell": "true"}}}]})",
                              true)
                         .spec;
    PodSpec after = before;
    after.labels["tier"] = "front";
    after.containers[0].resources.mem = 33;
    EXPECT_EQ(diff(canonicalJson(before), canonicalJson(after)),
              (Lines{"+ /labels: {\"tier\":\"front\"}", "~ /containers/main/resources/mem: 32 -> 33"}));
}

TEST(DiffJson, RefusesWhatIsNoJson) {
    const std::string deep(kMaxJsonDepth + 1, '[');
    for (const std::string& text :
         {std::string("{"), std::string("[1,]"), std::string("[1 2]"), std::string("{\"a\" 1}"), std::string("{1:1}"),
          std::string("{\"a\":1,}"), std::string("\"a"), std::string("\"a\\"), std::string("{} x"), std::string("[}"),
          std::string(" "), deep, deep + std::string(deep.size(), ']')})
        EXPECT_THROW((void)diffDefinitions(text, "{}"), Error) << text;
}

// The worst that fits into a definition: every value different, long keys above them, all items in another order.
TEST(DiffJson, IsFastAndSmallForTheWorstTexts) {
    const auto filled = [](const std::string& begin, const auto& item, const std::string& end) {
        std::string text = begin;
        for (size_t i = 0; text.size() < kMaxJsonSize - 64; ++i)
            text += cat(i == 0 ? "" : ",", item(i));
        return text + end;
    };
    const std::string longKey = cat("{\"", std::string(kMaxJsonSize / 2, 'k'), "\":{");
    std::string deepKeys;
    for (int i = 0; i < 16; ++i)
        deepKeys += cat("{\"", std::string(8000, 'k'), "\":");
    const std::pair<std::string, std::string> pairs[] = {
        {filled(
             "[", [](size_t i) { return cat("{\"name\":\"", i, "\"}"); }, "]"),
         filled(
             "[", [](size_t i) { return cat("{\"name\":\"", 1'000'000 - i, "\"}"); }, "]")},
        {filled(
             "[", [](size_t i) { return cat("{\"name\":\"", i, "\"}"); }, "]"),
         filled(
             "[", [](size_t i) { return cat("{\"name\":\"", 10'000 - i, "\"}"); }, "]")},
        {filled(
             longKey, [](size_t i) { return cat("\"", i, "\":1"); }, "}}"),
         filled(
             longKey, [](size_t i) { return cat("\"", i, "\":2"); }, "}}")},
        {filled(
             deepKeys + "[", [](size_t i) { return cat("{\"", i, "\":1}"); }, "]" + std::string(16, '}')),
         filled(
             deepKeys + "[", [](size_t i) { return cat("{\"", i, "\":2}"); }, "]" + std::string(16, '}'))},
        {filled(
             "[[],", [](size_t) { return "{\"aaaaaaaaaa\":1}"; }, "]"),
         filled(
             "[[],", [](size_t) { return "{\"aaaaaaaaaa\":2}"; }, "]")},
    };
    for (const auto& [before, after] : pairs) {
        const std::clock_t start = std::clock();
        const std::vector<Change> changes = diffDefinitions(before, after);
        const double passed = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;  // seconds of processor time
        size_t size = 0;
        for (const Change& change : changes)
            size += change.path.size() + change.before.size() + change.after.size();
        EXPECT_FALSE(changes.empty());
        EXPECT_LT(size, 8 * kMaxJsonSize) << before.substr(0, 40);
#if !defined(__SANITIZE_ADDRESS__)
        EXPECT_LT(passed, 1) << before.substr(0, 40);
#else
        (void)passed;
#endif
    }
}

}  // namespace
