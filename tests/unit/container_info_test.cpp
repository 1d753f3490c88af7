// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/container_info.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "model/names.h"
#include "model/pod_spec_json.h"
#include "model/reach.h"
#include "model/resource_limits.h"

#include "small_definitions.h"

namespace podd {

namespace {

std::string volume(const std::string& hostPath, const std::string& containerPath, const std::string& mode = "RW") {
    return cat(R"({"host_path":")", hostPath, R"(","container_path":")", containerPath, R"(","mode":")", mode, "\"}");
}
std::string info(const std::string& volumes) {
    return cat(R"({"type":"MESOS","volumes":[)", volumes, "]}");
}
std::string firstPointer(const std::string& text) {
    const ParsedContainerInfo parsed = parseContainerInfo(text);
    return parsed.problems.empty() ? "none" : parsed.problems.front().pointer;
}

TEST(ContainerInfo, IsReadAsMesosWritesIt) {
    const ParsedContainerInfo parsed =
        parseContainerInfo(info(volume(".private/tmp", "/tmp") + "," + volume("/srv", "/mnt", "ro")));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed.info.volumes,
              (std::vector<SharedVolume>{{".private/tmp", "/tmp", false}, {"/srv", "/mnt", true}}));
}

TEST(ContainerInfo, IsRefusedAtItsField) {
    EXPECT_EQ(firstPointer("{}"), "/type");
    EXPECT_EQ(firstPointer(R"({"type":"DOCKER"})"), "/type");
    EXPECT_EQ(firstPointer(R"({"type":"MESOS","volume":[]})"), "/volume");
    EXPECT_EQ(firstPointer(info(volume("a/../b", "/tmp"))), "/volumes/0/host_path");
    EXPECT_EQ(firstPointer(info(volume("a", "tmp"))), "/volumes/0/container_path");
    EXPECT_EQ(firstPointer(info(volume("a", "/"))), "/volumes/0/container_path");
    EXPECT_EQ(firstPointer(info(volume("a", "/tmp", "RWX"))), "/volumes/0/mode");
    EXPECT_EQ(firstPointer(info(volume("a", "/tmp") + "," + volume("b", "/tmp/b"))), "");
    EXPECT_EQ(firstPointer(R"({"type":"MESOS","rlimit_info":{"rlimits":[{"type":"RLMT_NOFILE","soft":1}]}})"),
              "/rlimit_info/rlimits/0");
    EXPECT_EQ(firstPointer(R"({"type":"MESOS","rlimit_info":{"rlimits":[{"type":"RLMT_X"}]}})"),
              "/rlimit_info/rlimits/0/type");
    EXPECT_EQ(firstPointer("[1"), "");
}

TEST(ContainerInfo, ComparesPathsByTheirComponents) {
    EXPECT_TRUE(isSameOrBelow("/tmp", "/tmp"));
    EXPECT_TRUE(isSameOrBelow("/tmp/a", "/tmp/"));
    EXPECT_TRUE(isSameOrBelow("/tmp", "/"));
    EXPECT_FALSE(isSameOrBelow("/tmpfoo", "/tmp"));
    EXPECT_FALSE(isSameOrBelow("/", "/tmp"));
    EXPECT_EQ(whyNotTogether({{"a", "/tmp"}, {"b", "/tmpfoo"}}, "/var/sandbox"), "");
    EXPECT_EQ(whyNotTogether({{"a", "/var"}}, "/var/sandbox"),
              "cannot mount a volume at '/var', because it would cover '/var/sandbox'");
    EXPECT_EQ(whyNotTogether({{"a", "/t"}, {"b", "/t/x"}}, ""),
              "cannot mount a volume at '/t/x', because it is below '/t'");
}

TEST(ResourceLimits, AreWrittenAsTheyAreRead) {
    const std::vector<ResourceLimit> limits = parseResourceLimits("NOFILE=1024:2048  CORE=infinity rlmt_as=5");
    ASSERT_EQ(limits.size(), 3U);
    EXPECT_EQ(resourceName(limits[0].resource) + "=" + limitText(limits[0]), "NOFILE=1024:2048");
    EXPECT_EQ(resourceName(limits[1].resource) + "=" + limitText(limits[1]), "CORE=infinity");
    EXPECT_EQ(resourceName(limits[2].resource) + "=" + limitText(limits[2]), "AS=5");
    for (const char* bad : {"NOFILE", "NOFILE=", "NOFILE=x", "NOFILE=1:", "=1", "NOFILE=1 NOFILE=2"})
        EXPECT_ANY_THROW((void)parseResourceLimits(bad)) << bad;
}

TEST(Reach, IsWhatNeedsMoreThanTheRightToManage) {
    const auto beyond = [](const std::string& definition, const std::vector<std::string>& allowed) {
        return reachesBeyond(parsePod(definition).spec, allowed).size();
    };
    using namespace testing;
    EXPECT_EQ(beyond(hosted("/srv/data"), {}), 1U);
    EXPECT_EQ(beyond(hosted("/srv/data"), {"/srv"}), 0U);
    EXPECT_EQ(beyond(hosted("/srvdata"), {"/srv"}), 1U);
    EXPECT_EQ(beyond(hosted("data"), {}), 0U);
    EXPECT_EQ(beyond(testing::pod(R"("linuxInfo":{"ipcInfo":{"mode":"SHARE_PARENT"}})"), {}), 1U);
    EXPECT_EQ(beyond(container(R"("linuxInfo":{"seccomp":{"unconfined":true}})"), {}), 1U);
    EXPECT_EQ(beyond(container(R"("linuxInfo":{"seccomp":{"profileName":"x"}})"), {}), 0U);
}

}  // namespace

}  // namespace podd
