// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/file.h"
#include "base/strings.h"
#include "model/pod_spec_json.h"

using namespace podd;

namespace {

PodSpec read(const std::string& text) {
    const ParsedPod parsed = parsePod(text, /* strict = */ true);
    EXPECT_TRUE(parsed.problems.empty()) << text << ": " << describe(parsed.problems.front(), "");
    return parsed.spec;
}

TEST(CanonicalJson, IsAFixedPointForEveryDefinitionHere) {
    const std::vector<std::string> files = listDirectory(PODD_TEST_DEFINITIONS);
    EXPECT_GE(files.size(), 4U);
    for (const std::string& file : files) {
        const PodSpec spec = read(readFile(cat(PODD_TEST_DEFINITIONS, '/', file)));
        const std::string canonical = canonicalJson(spec);
        const PodSpec again = read(canonical);
        EXPECT_EQ(again, spec) << file;
        EXPECT_EQ(canonicalJson(again), canonical) << file;
    }
}

TEST(CanonicalJson, WritesDefaultsOutAndLeavesEmptyThingsAway) {
    const std::string minimal = readFile(cat(PODD_TEST_DEFINITIONS, "/minimal.json"));
    EXPECT_EQ(canonicalJson(read(minimal)), R"({
  "id": "/a",
  "containers": [
    {
      "name": "a",
      "exec": {
        "command": {
          "shell": "true"
        },
        "overrideEntrypoint": false
      },
      "resources": {
        "cpus": 1,
        "mem": 128,
        "disk": 0,
        "gpus": 0
      },
      "lifecycle": {
        "killGracePeriodSeconds": 3
      },
      "tty": false
    }
  ],
  "networks": [
    {
      "mode": "host"
    }
  ],
  "scaling": {
    "kind": "fixed",
    "instances": 1
  },
  "scheduling": {
    "backoff": {
      "backoff": 1,
      "backoffFactor": 1.15,
      "maxLaunchDelay": 300
    },
    "upgrade": {
      "minimumHealthCapacity": 1,
      "maximumOverCapacity": 1
    },
    "killSelection": "YOUNGEST_FIRST",
    "unreachableStrategy": {
      "inactiveAfterSeconds": 0,
      "expungeAfterSeconds": 0
    }
  },
  "executorResources": {
    "cpus": 0.1,
    "mem": 32,
    "disk": 10
  },
  "role": "*",
  "legacySharedCgroups": false
}
)");
}

TEST(CanonicalJson, IsTheSameForTwoSpellingsOfOneMeaning) {
    const std::string one = R"({"id":"/a/","labels":{"b":"\u00e9","a":"x"},"networks":[{"mode":"HOST"}],
        "containers":[{"resources":{"mem":1.28e2,"cpus":1.0},"exec":{"command":{"argv":["a"]}},"name":"c","tty":false}]})";
    const std::string other =
        R"({"containers":[{"name":"c","exec":{"command":{"shell":null,"argv":["\u0061"]}},
        "resources":{}}],"labels":{"a":"x","b":")"
        "\xC3\xA9"
        R"("},"version":"2026-01-02T03:04","id":"/x/../a"})";
    EXPECT_EQ(canonicalJson(read(one)), canonicalJson(read(other)));
}

TEST(CanonicalJson, DiffersWhereTheMeaningDiffers) {
    PodSpec spec;
    spec.id = "/a";
    const std::string before = canonicalJson(spec);
    spec.instances = 2;
    EXPECT_NE(canonicalJson(spec), before);
    spec.instances = 1;
    spec.executorResources.mem = 32.000000000000007;
    EXPECT_NE(canonicalJson(spec), before);
}

TEST(CanonicalJson, KeepsEveryCharacterOfATextAndEveryBitOfANumber) {
    PodSpec spec = read(readFile(cat(PODD_TEST_DEFINITIONS, "/minimal.json")));
    for (int c = 1; c < 0x80; ++c)
        spec.labels["all"] += static_cast<char>(c);
    spec.labels["utf8"] = "\xC2\x80 \xE2\x80\xAE \xEF\xBF\xBD \xF4\x8F\xBF\xBD";
    for (const double number : {0.1, 0.30000000000000004, 1.0 / 3, 123456.789, 0.0010000000000000002, 1e5, 65000.0}) {
        spec.containers[0].resources.cpus = number;
        spec.containers[0].killGraceSeconds = number / 1e9;
        const std::string canonical = canonicalJson(spec);
        if (number > 65536)
            continue;
        EXPECT_EQ(read(canonical), spec) << canonical;
    }
}

TEST(CanonicalJson, IsSafeToShow) {
    PodSpec spec = read(readFile(cat(PODD_TEST_DEFINITIONS, "/minimal.json")));
    spec.labels["\x7F\u202e"] = "\u0085\u2028\u2066 \u00e9\U0001F600";
    const std::string canonical = canonicalJson(spec);
    EXPECT_NE(canonical.find(R"("\u007f\u202e": "\u0085\u2028\u2066 )"
                             "\u00e9\U0001F600\""),
              std::string::npos)
        << canonical;
    for (const std::string& line : split(canonical, '\n'))
        EXPECT_EQ(printable(line), line);
}

TEST(CanonicalJson, WhatWouldGrowBeyondTheLimitIsRefused) {
    std::string argv = "\"a\"";
    for (int i = 0; i < 8000; ++i)
        argv += ",\"" + std::string(20, 'x') + "\"";
    const ParsedPod parsed = parsePod(R"({"id":"/a","containers":[{"name":"a","exec":{"command":{"argv":[)" + argv +
                                      R"(]}},"resources":{}}]})");
    ASSERT_EQ(parsed.problems.size(), 1U);
    EXPECT_NE(parsed.problems[0].what.find("in its canonical form"), std::string::npos);
}

}  // namespace
