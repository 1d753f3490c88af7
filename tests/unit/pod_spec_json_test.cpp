// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/pod_spec_json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include "model/json_text.h"

#include "small_definitions.h"

using namespace podd;
using namespace podd::testing;

namespace {

TEST(PodSpecJson, UnknownFieldsAreWarningsUnlessStrict) {
    const std::string text = pod(R"("x-owner":{"any":["thing",{"id":1}]},"$ref":1,"__proto__":null)");
    const ParsedPod parsed = parsePod(text);
    ASSERT_EQ(parsed.problems.size(), 3U);
    EXPECT_TRUE(parsed.ok());
    EXPECT_EQ(parsed.problems[0].pointer, "/x-owner");
    EXPECT_EQ(parsed.problems[0].what, "unknown field 'x-owner' is ignored");
    EXPECT_EQ(parsed.problems[0].severity, Problem::Severity::warning);
    EXPECT_EQ(parsed.problems[0].column, text.find("\"x-owner\"") + 1);
    EXPECT_EQ(parsed.problems[1].pointer, "/$ref");
    const ParsedPod strict = parsePod(text, /* strict = */ true);
    EXPECT_FALSE(strict.ok());
    EXPECT_EQ(strict.problems[2].what, "unknown field '__proto__'");
    EXPECT_EQ(strict.problems[2].severity, Problem::Severity::error);
}

TEST(PodSpecJson, ReportsAllProblemsInTheOrderOfTheText) {
    const ParsedPod parsed = parsePod(R"({
  "id": "web",
  "volumes": [{"name": "unused"}, {"name": "unused"}],
  "scaling": {"kind": "fixed",
              "instances": "3"},
  "zzz": 1,
  "containers": [
    {"name": "a", "exec": {"command": {"shell": "x"}}, "resources": {}, "volumeMounts": []},
    {"name": "a", "exec": {"command": {}},
     "Resources": {}}
  ]
})");
    std::vector<std::string> found;
    for (const Problem& problem : parsed.problems)
        found.push_back(cat(problem.line, ':', problem.column, problem.pointer));
    const std::vector<std::string> expected = {"2:9/id",
                                               "3:44/volumes/1/name",
                                               "5:28/scaling/instances",
                                               "6:3/zzz",
                                               "9:14/containers/1/name",
                                               "9:39/containers/1/exec/command",
                                               "10:6/containers/1/Resources"};
    EXPECT_EQ(found, expected);
}

TEST(PodSpecJson, ReadsEveryFieldIntoItsPlace) {
    const ParsedPod parsed = parsePod(R"({"id":"/p/../web/","labels":{"l":"1"},"user":"u","environment":{"E":"2"},
        "volumes":[{"name":"h","host":"/srv//x/"},{"name":"e"}],"scaling":{"kind":"fixed","instances":4},
        "executorResources":{"cpus":0.5,"mem":48,"disk":11},
        "containers":[{"name":"c","exec":{"command":{"argv":["a","b"]}},"resources":{"cpus":0.25,"mem":64.5},
          "environment":{"F":"3"},"user":"v","lifecycle":{"killGracePeriodSeconds":1.5},
          "volumeMounts":[{"name":"h","mountPath":"/h","readOnly":true},{"name":"e","mountPath":"e/"}]}]})");
    ASSERT_TRUE(parsed.problems.empty()) << describe(parsed.problems.front(), "");
    PodSpec expected;
    expected.id = "/web";
    expected.labels = {{"l", "1"}};
    expected.user = "u";
    expected.environment = {{"E", "2"}};
    expected.volumes = {{"h", HostVolume{"/srv/x"}}, {"e", EphemeralVolume{}}};
    expected.networks = {{.mode = NetworkMode::host}};
    expected.instances = 4;
    expected.executorResources = {0.5, 48, 11};
    ContainerSpec only;
    only.name = "c";
    only.command.argv = {"a", "b"};
    only.resources = {0.25, 64.5};
    only.environment = {{"F", "3"}};
    only.user = "v";
    only.killGraceSeconds = 1.5;
    only.mounts = {{"h", "/h", true}, {"e", "e", false}};
    expected.containers = {only};
    EXPECT_EQ(parsed.spec, expected);
}

TEST(PodSpecJson, BoundsTheNumberOfProblems) {
    const ParsedPod errors = parsePod(pod(R"("labels":{)" + repeated(500, "\"a", "\":0") + "}"));
    EXPECT_EQ(errors.problems.size(), 101U);
    EXPECT_EQ(errors.problems.back().what, "there are more errors, which are not shown");
    const ParsedPod warnings = parsePod(pod(repeated(500, "\"unheard-of", "\":0")));
    EXPECT_FALSE(warnings.ok());
    EXPECT_EQ(warnings.problems.back().what, "too many warnings");
    // Not even a hundred warnings hide an error.
    const ParsedPod both = parsePod(pod(repeated(100, "\"unheard-of", "\":0") + ",\"user\":1"));
    EXPECT_FALSE(both.ok());
    EXPECT_EQ(both.problems.back().pointer, "/user");
}

TEST(PodSpecJson, ContainersAreBounded) {
    const auto pods = [](size_t count) {
        return R"({"id":"/a","containers":[)" +
               repeated(count, R"({"name":"c)", R"(","exec":{"command":{"shell":"a"}},"resources":{}})") + "]}";
    };
    EXPECT_TRUE(parsePod(pods(64)).ok());
    const ParsedPod parsed = parsePod(pods(65));
    ASSERT_EQ(parsed.problems.size(), 1U);
    EXPECT_EQ(describe(parsed.problems[0], "x"), "x:1:25: error: /containers: has 65 items, at most 64 are allowed");
}

// Processor time in milliseconds: of the first run that takes no more than `allowed`, else the least of twenty. What else
// the host does, a neighbour on the same core above all, makes single runs dearer.
double costOf(const std::string& text, double allowed) {
    double least = 1e9;
    for (int i = 0; i < 20 && least > allowed; ++i) {
        const std::clock_t begin = std::clock();
        (void)parsePod(text);
        least = std::min(least, static_cast<double>(std::clock() - begin) * 1e3 / CLOCKS_PER_SEC);
    }
    return least;
}

TEST(PodSpecJson, TheWorstTextsAreReadInFiftyMilliseconds) {
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
    constexpr double kAllowed = 50;
#else
    constexpr double kAllowed = 1500;
#endif
    const size_t size = kMaxJsonSize - 1000;
    const std::string half(size / 2, 'k');
    const std::string mounts = repeated(100, R"({"name":"v","mountPath":"a/)", "\"}");
    std::string same = mounts;
    for (size_t at = same.find("a/"); at != std::string::npos; at = same.find("a/", at + 1))
        same.replace(at, same.find('"', at) - at, "a/");
    const std::vector<std::string> worst = {
        std::string(size, '['),
        "[" + std::string(size, ' '),
        "0." + std::string(size, '1'),
        "[" + repeated(size / 8, "", ".1") + "]",
        "[" + repeated(size / 7, "", "") + "]",
        "{" + repeated(size / 12, "\"k", "\":0") + "}",
        "{" + repeated(size / 13, "\"cpu", "\":0") + "}",
        "{\"" + half + "\":{" + repeated(size / 2 / 10, "\"a\":", "") + "}}",
        "{\"" + half + "\":[" + repeated(size / 2 / 7, "", "") + "]}",
        pod("\"labels\":{" + repeated(size / 13, "\"", "\":\"\"") + "}"),
        pod("\"labels\":{" + repeated(size / 13, "\"", "\":1") + "}"),
        pod("\"environment\":{" + repeated(size / 13, "\"A", "\":\"\"") + "}"),
        command("{\"argv\":[" + repeated(size / 8, "", "") + "]}"),
        command("{\"argv\":[" + repeated(8000, "\"", "\"") + "]}"),
        R"({"id":"/a","volumes":[{"name":"v"}],"containers":[)" +
            repeated(
                64, cat(R"({"exec":{"command":{"shell":"a"}},"resources":{},"volumeMounts":[)", same, R"(],"name":"c)"),
                "\"}") +
            "]}",
    };
    for (size_t i = 0; i < worst.size(); ++i) {
        EXPECT_LE(worst[i].size(), kMaxJsonSize) << i;
        EXPECT_LE(costOf(worst[i], kAllowed), kAllowed) << i << ": " << worst[i].substr(0, 80);
    }
}

TEST(PodSpecJson, SurvivesEveryTruncationAndManyMutations) {
    const std::string good = mounted(R"({"name":"v","mountPath":"/v"})");
    for (size_t length = 0; length < good.size(); ++length)
        EXPECT_FALSE(parsePod(good.substr(0, length)).ok()) << length;
    const std::string bytes = "\"\\{}[],:09-.eEtfn \x01\x80\xFF";
    for (size_t at = 0; at < good.size(); ++at)
        for (const char byte : bytes) {
            std::string text = good;
            text[at] = byte;
            (void)parsePod(text);
        }
}

}  // namespace
