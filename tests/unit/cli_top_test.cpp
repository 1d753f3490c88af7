// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/top.h"

#include <gtest/gtest.h>

#include "cli/plan_json.h"

namespace podd::cli {

namespace {

Value number(uint64_t value) {
    return value;
}

PodStatus pod(const std::string& id, uint64_t cpuNsec) {
    const Properties usage = {{"CPUUsageNSec", number(cpuNsec)}, {"MemoryCurrent", number(1 << 20)},
                              {"MemoryMax", number(kUnknown)},   {"TasksCurrent", number(2)},
                              {"IOReadBytes", number(kUnknown)}, {"MemoryPressure", 1.25},
                              {"MemoryPressureUSec", number(7)}};
    Properties ofPod = usage;
    ofPod["Id"] = id;
    Properties ofInstance = usage;
    ofInstance["Name"] = id + ".1";
    Properties ofContainer = usage;
    ofContainer["Name"] = std::string("c");
    ofContainer["MemoryMax"] = number(64 << 20);
    return {.properties = ofPod, .instances = {{.properties = ofInstance, .containers = {{ofContainer}}}}};
}

TEST(CliTop, ShowsTheBusiestPodFirst) {
    const std::vector<TopRow> rows =
        topRows({pod("/a", 0), pod("/b", 0)}, {pod("/a", 100'000'000), pod("/b", 1'000'000'000)}, 2'000'000);
    ASSERT_EQ(rows.size(), 6U);
    EXPECT_EQ(rows[0].name, "/b");
    EXPECT_DOUBLE_EQ(rows[0].cpu, 50.0);
    EXPECT_EQ(rows[2].name, "/b.1/c");
    EXPECT_EQ(rows[3].name, "/a");
    EXPECT_DOUBLE_EQ(rows[3].cpu, 5.0);
}

TEST(CliTop, KnowsNoRateOfWhatIsNewOrNotRead) {
    const std::vector<TopRow> rows = topRows({}, {pod("/a", 100)}, 1'000'000);
    EXPECT_LT(rows[0].cpu, 0);
    EXPECT_EQ(rows[0].read, kUnknown);
    const std::string text = topText(rows, {.colour = false, .unicode = true}, true);
    EXPECT_NE(text.find("/a.1/c"), std::string::npos) << text;
    EXPECT_NE(text.find("1.0M / 64.0M"), std::string::npos) << text;
    EXPECT_NE(text.find("1.2%"), std::string::npos) << text;
}

TEST(CliPlan, IsAnOutline) {
    EXPECT_EQ(planText(R"({"version":"v","containers":[{"name":"web","argv":["sh","-c"],"mounts":[
                        {"kind":"bind","target":"/d","readOnly":false}]}],"empty":[]})"),
              "containers:\n"
              "  web:\n"
              "    argv:\n"
              "      sh\n"
              "      -c\n"
              "    mounts:\n"
              "      kind=bind readOnly=no target=/d\n"
              "version: v\n");
    EXPECT_ANY_THROW((void)planText("nonsense"));
}

}  // namespace

}  // namespace podd::cli
