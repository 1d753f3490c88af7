// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/launchable.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/pod_spec_json.h"

#include "small_definitions.h"

using namespace podd;
using namespace podd::testing;

namespace {

struct Kept {
    std::string text;
    std::string pointer;
};

const std::vector<Kept> kKept = {
    {resources(R"({"gpus":1})"), "/containers/0/resources/gpus"},
    {pod(R"("environment":{"A":{"secret":"s"}},"secrets":{"s":{"source":"x"}})"), "/environment/A"},
    {container(R"("image":{"kind":"docker","id":"x"})"), "/containers/0/image"},
    {R"({"id":"/a","containers":[{"name":"c","resources":{}}]})", "/containers/0/exec"},
    {R"({"id":"/a","scaling":{"kind":"fixed","instances":2},"containers":[{"name":"c","exec":{"command":{"shell":"x"}},
        "resources":{},"endpoints":[{"name":"web","hostPort":80}]}]})",
     "/containers/0/endpoints/0/hostPort"},
    {container(R"("artifacts":[{"uri":"x"}])"), "/containers/0/artifacts"},
    {container(R"("tty":true)"), "/containers/0/tty"},
    {pod(R"("scheduling":{"placement":{"constraints":[{"fieldName":"a","operator":"unique"}]}})"),
     "/scheduling/placement/constraints"},
};

TEST(Launchable, WhatCannotBeLaunchedIsKeptAndNotedAtItsField) {
    for (const Kept& kept : kKept) {
        const ParsedPod parsed = parsePod(kept.text, /* strict = */ true);
        ASSERT_TRUE(parsed.ok()) << kept.text << ": " << describe(parsed.problems.front(), "");
        ASSERT_EQ(parsed.problems.size(), 1U) << kept.text;
        EXPECT_EQ(parsed.problems[0].severity, Problem::Severity::note);
        EXPECT_EQ(parsed.problems[0].pointer, kept.pointer) << kept.text;
        EXPECT_GT(parsed.problems[0].line, 0U) << kept.text;
        EXPECT_EQ(launchObstacles(parsed.spec).size(), 1U) << kept.text;
        EXPECT_EQ(parsePod(canonicalJson(parsed.spec)).spec, parsed.spec) << kept.text;
    }
}

TEST(Launchable, WhatMeansNothingHereOrIsForIsolatorsIsNoObstacle) {
    for (const std::string& text :
         {pod(R"("role":"prod","scheduling":{"placement":{"acceptedResourceRoles":["prod","*"]}})"),
          container(R"("endpoints":[{"name":"web"}])"),
          container(R"("endpoints":[{"name":"web","hostPort":0}])"),
          pod(R"("scheduling":{"upgrade":{"maximumOverCapacity":0.5}})"),
          pod(R"("scheduling":{"killSelection":"oldest_first"})"),
          pod(R"("scheduling":{"unreachableStrategy":"Disabled"})"),
          pod(R"("secrets":{"s":{"source":"x"}})"),
          container(R"("healthCheck":{"exec":{"command":{"shell":"true"}}})"),
          container(R"("endpoints":[{"name":"web","hostPort":80}],"check":{"tcp":{"endpoint":"web"}})"),
          container(R"("labels":{"a":"b"})"),
          pod(R"("networks":[{"mode":"HOST"}])"),
          pod(R"("networks":[{"name":"none"}])"),
          pod(R"("networks":[{}])"),
          pod(R"("networks":[{"name":"blue"},{"name":"podd"}])"),
          pod(R"("networks":[{"mode":"container/bridge"}])"),
          resources(R"({"disk":1})"),
          container(R"("resourceLimits":{"mem":"unlimited"})"),
          container(R"("linuxInfo":{"seccomp":{"unconfined":true},"ipcInfo":{"mode":"PRIVATE"}})"),
          hosted("data"),
          pod(R"("linuxInfo":{"ipcInfo":{"mode":"PRIVATE"}})"),
          pod(R"("legacySharedCgroups":true)")}) {
        const ParsedPod parsed = parsePod(text, /* strict = */ true);
        EXPECT_TRUE(parsed.problems.empty()) << text << ": " << describe(parsed.problems.front(), "");
    }
}

}  // namespace
