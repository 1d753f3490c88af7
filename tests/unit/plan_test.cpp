// SPDX-License-Identifier: LGPL-2.1-or-later
// What a definition becomes: units, mounts, environment.
#include <gtest/gtest.h>

#include <algorithm>

#include "fakes/isolation.h"

namespace podd {

namespace {

PodSpec twoContainers() {
    PodSpec spec;
    spec.id = "/prod/web-1";
    spec.labels = {{"tier name", "front"}};
    spec.environment = {{"A", "pod"}, {"MESOS_SANDBOX", "mine"}, {"PATH", "/opt"}};
    spec.user = "nobody";
    spec.volumes = {{.name = "data", .source = EphemeralVolume{}}, {.name = "conf", .source = HostVolume{"/etc/web"}}};
    ContainerSpec web{.name = "web"};
    web.command.shell = "exec web";
    web.resources = {.cpus = 0.5, .mem = 64};
    web.environment = {{"A", "container"}};
    web.mounts = {{"data", "data", false}, {"conf", "/srv/conf", true}};
    ContainerSpec log{.name = "log-1"};
    log.command.argv = {"log", "-f"};
    log.resources = {.cpus = 1.5, .mem = 32};
    log.user = "root";
    log.mounts = {{"data", "/srv/data", true}};
    log.killGraceSeconds = 0.5;
    spec.containers = {web, log};
    return spec;
}

InstancePlan planOf(const PodSpec& spec) {
    return fakes::planOf(spec, fakes::isolation());
}

const PropertyValue& property(const UnitPlan& unit, const std::string& name) {
    const auto it = std::find_if(unit.properties.begin(), unit.properties.end(),
                                 [&](const UnitProperty& each) { return each.name == name; });
    if (it == unit.properties.end())
        throw std::out_of_range(unit.name + " has no " + name);
    return it->value;
}

bool hasLine(const ContainerPlan& container, const std::string& line) {
    return std::count(container.environment.begin(), container.environment.end(), line) == 1;
}

TEST(Plan, TiesTheUnitsOfAnInstanceTogether) {
    const InstancePlan plan = planOf(twoContainers());
    EXPECT_EQ(plan.executor.name, "pod-prod-web\\x2d1-3.scope");
    EXPECT_EQ(std::get<std::string>(property(plan.executor, "Slice")), "pod-prod-web\\x2d1.slice");
    EXPECT_EQ(std::get<std::vector<std::string>>(property(plan.executor, "BindsTo")),
              std::vector<std::string>{"pod-prod-web\\x2d1-3.slice"});
    EXPECT_EQ(std::get<std::vector<std::string>>(property(plan.executor, "Wants")),
              (std::vector<std::string>{"pod-prod-web\\x2d1-3-web.scope", "pod-prod-web\\x2d1-3-log\\x2d1.scope"}));
    EXPECT_TRUE(std::get<bool>(property(plan.slice, "StopWhenUnneeded")));
    EXPECT_EQ(std::get<std::string>(property(plan.scopes[0], "Slice")), "pod-prod-web\\x2d1-3.slice");
    EXPECT_EQ(std::get<std::vector<std::string>>(property(plan.scopes[0], "BindsTo")),
              std::vector<std::string>{plan.executor.name});
    EXPECT_EQ(std::get<uint64_t>(property(plan.scopes[1], "TimeoutStopUSec")), 500'000u);
}

TEST(Plan, LimitsContainersAndTheirSum) {
    const InstancePlan plan = planOf(twoContainers());
    EXPECT_EQ(std::get<uint64_t>(property(plan.scopes[0], "MemoryMax")), 64u << 20);
    EXPECT_EQ(std::get<uint64_t>(property(plan.slice, "MemoryMax")), 96u << 20);
    EXPECT_EQ(std::get<uint64_t>(property(plan.executor, "MemoryMax")), 32u << 20);
    EXPECT_EQ(std::get<uint64_t>(property(plan.scopes[0], "CPUWeight")), 50u);
    EXPECT_EQ(std::get<uint64_t>(property(plan.slice, "CPUWeight")), 200u);
    EXPECT_EQ(std::get<uint64_t>(property(plan.executor, "CPUWeight")), 10u);
}

TEST(Plan, PutsNothingOfAContainersCommandOrEnvironmentIntoUnitProperties) {
    PodSpec spec = twoContainers();
    spec.environment["SECRET"] = "canary-1";
    spec.containers[0].command.shell = "canary-2";
    const InstancePlan plan = planOf(spec);
    std::vector<UnitPlan> units = plan.scopes;
    units.push_back(plan.slice);
    units.push_back(plan.executor);
    for (const UnitPlan& unit : units) {
        for (const UnitProperty& each : unit.properties) {
            const auto* text = std::get_if<std::string>(&each.value);
            EXPECT_TRUE(text == nullptr || text->find("canary") == std::string::npos) << unit.name << each.name;
        }
    }
}

TEST(Plan, MountsVolumesWhereContainersWantThem) {
    const LaunchPlan plan = planOf(twoContainers()).launch;
    const std::string directory = "/state/sandboxes/prod-web\\x2d1-3/volumes/data";
    const auto made = std::find_if(plan.directories.begin(), plan.directories.end(),
                                   [&](const DirectoryStep& step) { return step.path == directory; });
    ASSERT_NE(made, plan.directories.end());
    EXPECT_EQ(made->owner, "nobody");
    const auto& mounts = plan.containers[0].mounts;
    const auto data = std::find_if(mounts.begin(), mounts.end(), [](const MountStep& m) { return m.volume == "data"; });
    ASSERT_NE(data, mounts.end());
    EXPECT_EQ(data->source, directory);
    EXPECT_EQ(data->target, "data");
    EXPECT_FALSE(data->readOnly);
    const auto conf = std::find_if(mounts.begin(), mounts.end(), [](const MountStep& m) { return m.volume == "conf"; });
    ASSERT_NE(conf, mounts.end());
    EXPECT_EQ(conf->source, "/etc/web");
    EXPECT_TRUE(conf->readOnly);
}

TEST(Plan, IsolatesPidsForEachContainerAndSharesIpcAndUts) {
    const LaunchPlan plan = planOf(twoContainers()).launch;
    EXPECT_TRUE(plan.ipcNamespace);
    EXPECT_TRUE(plan.utsNamespace);
    EXPECT_EQ(plan.hostname, "prod-web-1");
    for (const ContainerPlan& container : plan.containers)
        EXPECT_TRUE(container.pidNamespace);
}

TEST(Plan, TellsEveryContainerOfAllPorts) {
    PodSpec spec = twoContainers();
    spec.containers[1].endpoints = {{.name = "web-site", .hostPort = uint16_t{8080}},
                                    {.name = "any", .hostPort = uint16_t{0}}};
    spec.environment["ENDPOINT_WEB_SITE"] = "mine";
    for (const ContainerPlan& container : planOf(spec).launch.containers) {
        EXPECT_TRUE(hasLine(container, "ENDPOINT_WEB_SITE=8080"));
        EXPECT_TRUE(hasLine(container, "EP_HOST_WEB_SITE=8080"));
        EXPECT_FALSE(hasLine(container, "ENDPOINT_ANY=0"));
    }
}

TEST(Plan, TakesTheContainersUserOverThePods) {
    const LaunchPlan plan = planOf(twoContainers()).launch;
    EXPECT_EQ(plan.containers[0].user, "nobody");
    EXPECT_EQ(plan.containers[1].user, "root");
}

TEST(Environment, LetsInjectedVariablesWinOverTheUsers) {
    const LaunchPlan plan = planOf(twoContainers()).launch;
    const ContainerPlan& web = plan.containers[0];
    EXPECT_TRUE(hasLine(web, "A=container"));
    EXPECT_TRUE(hasLine(plan.containers[1], "A=pod"));
    EXPECT_TRUE(hasLine(web, "PATH=/opt"));
    EXPECT_TRUE(hasLine(web, "MESOS_SANDBOX=" + web.sandbox));
    EXPECT_TRUE(hasLine(web, "MARATHON_APP_ID=/prod/web-1"));
    EXPECT_TRUE(hasLine(web, "MARATHON_APP_LABELS=TIER_NAME"));
    EXPECT_TRUE(hasLine(web, "MARATHON_APP_LABEL_TIER_NAME=front"));
    EXPECT_TRUE(hasLine(web, "MARATHON_CONTAINER_RESOURCE_CPUS=0.5"));
    EXPECT_TRUE(hasLine(web, "MARATHON_CONTAINER_RESOURCE_MEM=64.0"));
    EXPECT_TRUE(hasLine(web, "MARATHON_CONTAINER_ID=web"));
    EXPECT_TRUE(hasLine(web, "HOST=host"));
}

TEST(Isolators, HaveOneNameEachAndSayItThemselves) {
    const IsolationSettings settings;
    for (const IsolatorEntry& entry : isolatorTable()) {
        EXPECT_EQ(entry.make(settings)->name(), entry.name);
        EXPECT_EQ(std::count_if(isolatorTable().begin(), isolatorTable().end(),
                                [&](const IsolatorEntry& other) { return other.name == entry.name; }),
                  1);
    }
}

}  // namespace

}  // namespace podd
