// SPDX-License-Identifier: LGPL-2.1-or-later
#include "service/api.h"

#include <algorithm>
#include <csignal>

#include "base/file.h"
#include "bus.h"

namespace podd {

namespace {

using fakes::Answer;
using fakes::Bus;

// The lines of one interface in an introspection text. Versions of sd-bus differ in how they write an empty element.
std::string interfaceOf(const std::string& xml, const std::string& name) {
    static constexpr std::string_view kLongEnd = ">\n  </property>";
    const size_t start = xml.find(cat("<interface name=\"", name, "\">"));
    const size_t end = xml.find("</interface>", start);
    std::string text = start == std::string::npos ? "" : xml.substr(start, end - start);
    for (size_t at = text.find(kLongEnd); at != std::string::npos; at = text.find(kLongEnd))
        text.replace(at, kLongEnd.size(), "/>");
    return text;
}

TEST(BusApi, CreatesAPodAndTellsWhenItRuns) {
    Bus bus;
    const Answer answer = bus.apply(bus.world.definition("/web"));
    const char* outcome = nullptr;
    const char* path = nullptr;
    const char* version = nullptr;
    const char* deployment = nullptr;
    ASSERT_EQ(answer.errorText, "");
    ASSERT_GT(sd_bus_message_read(answer.reply.get(), "soso", &outcome, &path, &version, &deployment), 0);
    EXPECT_STREQ(outcome, "created");
    EXPECT_STREQ(path, "/org/podd1/pod/_2fweb");
    EXPECT_EQ(bus.text(path, sd::kPod, "State"), "degraded");
    EXPECT_EQ(bus.deploymentResults, std::vector<std::string>{});
    bus.world.settle();
    bus.world.run({"/web", 1});
    EXPECT_EQ(bus.deploymentResults, std::vector<std::string>{"done"});
    EXPECT_EQ(bus.text(path, sd::kPod, "State"), "stable");
    EXPECT_EQ(bus.text("/org/podd1/instance/_2fweb_2e1", sd::kInstance, "State"), "running");
    EXPECT_EQ(bus.text("/org/podd1/container/_2fweb_2e1_2fmain", sd::kContainer, "Unit"), "pod-web-1-main.scope");
    for (const char* name :
         {"PodNew", "InstanceNew", "DeploymentNew", "DeploymentRemoved", "PropertiesChanged", "InterfacesAdded"})
        EXPECT_EQ(std::count(bus.signals.begin(), bus.signals.end(), name) > 0, true) << name;
}

TEST(BusApi, TellsOfAnObjectOnceAndOfAChangeOnlyWhenThereIsOne) {
    Bus bus;
    (void)bus.apply(bus.world.definition("/web"));
    const InstanceId id{"/web", 1};
    bus.world.settle();
    bus.signals.clear();
    bus.world.report(id, Report::Kind::hello, bus.world.record(id, InstancePhase::starting));
    bus.world.settle();
    const auto heard = [&](const char* name) { return std::count(bus.signals.begin(), bus.signals.end(), name); };
    const auto told = heard("PropertiesChanged");
    EXPECT_EQ(heard("PodNew") + heard("InstanceNew"), 0);
    bus.world.report(id, Report::Kind::pids, bus.world.record(id, InstancePhase::starting));
    bus.world.settle();
    EXPECT_EQ(heard("PropertiesChanged"), told) << "it is launching, as before";
}

TEST(BusApi, SaysWhatChecksSay) {
    Bus bus;
    const InstanceId id{"/web", 1};
    const char* const instance = "/org/podd1/instance/_2fweb_2e1";
    const char* const container = "/org/podd1/container/_2fweb_2e1_2fmain";
    (void)bus.apply(bus.world.definition("/web"));
    bus.world.run(id);
    EXPECT_EQ(bus.text(instance, sd::kInstance, "Health"), "");
    EXPECT_EQ(bus.text(container, sd::kContainer, "Readiness"), "");
    InstanceRecord record = bus.world.record(id, InstancePhase::running);
    record.containers[0].health = {.state = CheckState::failing, .sinceUsec = 1, .failures = 2, .answer = "exit 1"};
    record.containers[0].readiness = {.state = CheckState::failing, .sinceUsec = 1, .failures = 0, .answer = "HTTP"};
    bus.signals.clear();
    bus.world.report(id, Report::Kind::checked, record);
    bus.world.settle();
    EXPECT_EQ(std::count(bus.signals.begin(), bus.signals.end(), "PropertiesChanged"), 3) << "pod, instance, container";
    EXPECT_EQ(bus.text("/org/podd1/pod/_2fweb", sd::kPod, "State"), "degraded");
    EXPECT_EQ(bus.text(instance, sd::kInstance, "Health"), "unhealthy");
    EXPECT_EQ(bus.text(container, sd::kContainer, "Health"), "unhealthy");
    EXPECT_EQ(bus.text(container, sd::kContainer, "HealthAnswer"), "exit 1");
    EXPECT_EQ(bus.text(container, sd::kContainer, "Readiness"), "not-ready");
    EXPECT_EQ(bus.text(container, sd::kContainer, "ReadinessAnswer"), "HTTP");
}

TEST(BusApi, ListsEveryProblemOfADefinitionAndChangesNothing) {
    Bus bus;
    const Answer answer = bus.apply(R"({"id": "Web", "containers": [], "colour": 1, "instancse": 2})");
    EXPECT_EQ(answer.errorName, "org.podd1.Error.BadDefinition");
    EXPECT_NE(answer.errorText.find("/id"), std::string::npos) << answer.errorText;
    EXPECT_NE(answer.errorText.find("/containers"), std::string::npos) << answer.errorText;
    EXPECT_EQ(listDirectory(bus.world.config().stateDirectory + "/pods"), std::vector<std::string>{});
    EXPECT_TRUE(bus.world.spawner.plans.empty());
}

TEST(BusApi, RefusesOptionsThatItDoesNotKnow) {
    Bus bus;
    const sd::Message message = bus.newCall(sd::kManagerPath, sd::kManager, "ApplyPod");
    ASSERT_GE(sd_bus_message_append(message.get(), "sa{sv}", bus.world.definition("/web").c_str(), 1, "sloppy", "b", 1),
              0);
    EXPECT_EQ(bus.call(message).errorName, "org.podd1.Error.NotSupported");
    EXPECT_TRUE(bus.world.manager->pods().empty());
}

TEST(BusApi, NamesWhatIsNotThere) {
    Bus bus;
    EXPECT_EQ(bus.manage("StopPod", "/no").errorName, "org.podd1.Error.NoSuchPod");
    EXPECT_EQ(bus.manage("GetPod", "/no").errorText, "pod '/no': there is no such pod");
    EXPECT_EQ(bus.manage("GetInstance", "/no.1").errorName, "org.podd1.Error.NoSuchInstance");
    EXPECT_EQ(bus.manage("ListVersions", "/no").errorName, "org.podd1.Error.NoSuchPod");
}

TEST(BusApi, TellsAFailedLaunchByTheDeployment) {
    Bus bus;
    (void)bus.apply(bus.world.definition("/web"));
    const InstanceId id{"/web", 1};
    bus.world.report(id, Report::Kind::hello, bus.world.record(id, InstancePhase::starting));
    bus.world.report(id, Report::Kind::failed, bus.world.record(id, InstancePhase::ended), "container 'main': no");
    bus.world.settle();
    EXPECT_EQ(bus.stuckDeployments, std::vector<std::string>{"/web: instance '/web.1': container 'main': no"});
    EXPECT_TRUE(bus.deploymentResults.empty()) << "podd goes on trying";
}

TEST(BusApi, RefusesAChangeWhileAnotherOneIsUnderWayUnlessItIsForced) {
    Bus bus;
    (void)bus.apply(bus.world.definition("/web"));
    const Answer refused = bus.apply(bus.world.definition("/web", "sleep 2"));
    EXPECT_EQ(refused.errorName, "org.podd1.Error.Locked");
    EXPECT_EQ(
        refused.errorText,
        "pod '/web': locked by deployment 1 (launching 0 of 1); wait for its end, take it back (podctl cancel 1), "
        "or replace it (--force)");
    EXPECT_EQ(bus.change("RestartPod", "web").errorName, "org.podd1.Error.Locked");
    bus.world.run({"/web", 1});
    EXPECT_EQ(bus.apply(bus.world.definition("/web", "sleep 2")).errorName, "");
    EXPECT_EQ(bus.change("DeletePod", "web").errorName, "org.podd1.Error.Locked");
    EXPECT_EQ(bus.apply(bus.world.definition("/web", "sleep 3"), true).errorName, "");
    EXPECT_EQ(bus.change("DeletePod", "web", true).errorName, "");
}

TEST(BusApi, ScalesSuspendsAndCancels) {
    Bus bus;
    (void)bus.apply(bus.world.definition("/web"));
    bus.world.run({"/web", 1});
    const sd::Message scale = bus.newCall(sd::kManagerPath, sd::kManager, "ScalePod");
    ASSERT_GE(sd_bus_message_append(scale.get(), "sua{sv}", "web", 3U, 0), 0);
    EXPECT_EQ(bus.call(scale).errorText, "");
    EXPECT_EQ(bus.world.spawner.plans.size(), 3U);
    const sd::Message cancel = bus.newCall(sd::kManagerPath, sd::kManager, "CancelDeployment");
    ASSERT_GE(sd_bus_message_append(cancel.get(), "u", bus.world.manager->pod("/web").deployment()->id), 0);
    EXPECT_EQ(bus.call(cancel).errorText, "");
    EXPECT_EQ(bus.world.manager->pod("/web").stored.spec.instances, 1U);
    EXPECT_EQ(bus.change("SuspendPod", "web", true).errorText, "");
    EXPECT_EQ(bus.world.manager->pod("/web").stored.spec.instances, 0U);
    EXPECT_EQ(bus.change("ResumePod", "web", true).errorText, "");
    EXPECT_EQ(bus.world.manager->pod("/web").stored.spec.instances, 1U);
    const sd::Message unknown = bus.newCall(sd::kManagerPath, sd::kManager, "CancelDeployment");
    ASSERT_GE(sd_bus_message_append(unknown.get(), "u", 99U), 0);
    EXPECT_EQ(bus.call(unknown).errorName, "org.podd1.Error.NoSuchDeployment");
    const sd::Message vast = bus.newCall(sd::kManagerPath, sd::kManager, "ScalePod");
    ASSERT_GE(sd_bus_message_append(vast.get(), "sua{sv}", "web", 1'000'000U, 1, "force", "b", 1), 0);
    EXPECT_EQ(bus.call(vast).errorName, "org.podd1.Error.BadDefinition");
}

TEST(BusApi, CancelsTheDeploymentOfAnOperationThatANewerOneReplaces) {
    Bus bus;
    (void)bus.apply(bus.world.definition("/web"));
    (void)bus.manage("StopPod", "web");
    bus.world.settle();
    ASSERT_FALSE(bus.deploymentResults.empty());
    EXPECT_TRUE(bus.deploymentResults[0].starts_with("canceled")) << bus.deploymentResults[0];
}

TEST(BusApi, GivesEverythingInOneCallToAnObjectManager) {
    Bus bus;
    (void)bus.apply(bus.world.definition("/web"));
    bus.world.run({"/web", 1});
    const Answer answer =
        bus.call(bus.newCall(sd::kManagerPath, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"));
    ASSERT_EQ(answer.errorText, "");
    std::vector<std::string> paths;
    ASSERT_GT(sd_bus_message_enter_container(answer.reply.get(), 'a', "{oa{sa{sv}}}"), 0);
    while (sd_bus_message_enter_container(answer.reply.get(), 'e', "oa{sa{sv}}") > 0) {
        const char* path = nullptr;
        ASSERT_GT(sd_bus_message_read(answer.reply.get(), "o", &path), 0);
        paths.emplace_back(path);
        ASSERT_GE(sd_bus_message_skip(answer.reply.get(), "a{sa{sv}}"), 0);
        ASSERT_GE(sd_bus_message_exit_container(answer.reply.get()), 0);
    }
    for (const char* path :
         {"/org/podd1/pod/_2fweb", "/org/podd1/instance/_2fweb_2e1", "/org/podd1/container/_2fweb_2e1_2fmain"})
        EXPECT_EQ(std::count(paths.begin(), paths.end(), path), 1) << path;
}

TEST(BusApi, AnswersWithTheDefinitionAsItWasAccepted) {
    Bus bus;
    (void)bus.apply(bus.world.definition("/web"));
    const sd::Message message = bus.newCall(sd::kManagerPath, sd::kManager, "GetDefinition");
    ASSERT_GE(sd_bus_message_append(message.get(), "ss", "web", ""), 0);
    const Answer answer = bus.call(message);
    const char* version = nullptr;
    const char* definition = nullptr;
    ASSERT_GT(sd_bus_message_read(answer.reply.get(), "ss", &version, &definition), 0);
    const Answer again = bus.apply(definition);
    const char* outcome = nullptr;
    ASSERT_GT(sd_bus_message_read(again.reply.get(), "s", &outcome), 0);
    EXPECT_STREQ(outcome, "unchanged");
}

TEST(BusApi, SignalsFreezesAndThawsWhatANameStandsFor) {
    Bus bus;
    (void)bus.apply(bus.world.definition("/web"));
    bus.world.run({"/web", 1});
    const auto kill = [&](const char* name, const char* whom, int32_t signal) {
        const sd::Message message = bus.newCall(sd::kManagerPath, sd::kManager, "Kill");
        sd::check(sd_bus_message_append(message.get(), "ssi", name, whom, signal), "append");
        return bus.call(message).errorText;
    };
    EXPECT_EQ(kill("web.1/main", "all", SIGHUP), "");
    EXPECT_EQ(bus.world.units.killed, (std::vector<std::pair<std::string, int>>{{"pod-web-1-main.scope", SIGHUP}}));
    EXPECT_EQ(kill("web", "control", SIGHUP), "whom: 'control' is none of: main, all");
    EXPECT_EQ(kill("web", "all", 0), "signal: 0 is no signal; they are 1 to 64");
    EXPECT_EQ(kill("web", "all", 65), "signal: 65 is no signal; they are 1 to 64");
    EXPECT_EQ(bus.manage("Freeze", "web").errorText, "");
    EXPECT_EQ(bus.world.units.frozen, std::vector<std::string>{"pod-web-1.slice"});
    bus.world.units.problem = "it does not freeze";
    const Answer refused = bus.manage("Freeze", "web.1/main");
    EXPECT_EQ(refused.errorName, "org.podd1.Error.Failed");
    EXPECT_EQ(refused.errorText, "instance '/web.1': container 'main': freeze: it does not freeze");
    EXPECT_EQ(bus.manage("Thaw", "web").errorText, "");
    EXPECT_EQ(bus.manage("Thaw", "db").errorName, "org.podd1.Error.NoSuchPod");
    EXPECT_EQ(bus.manage("Freeze", "web.2").errorName, "org.podd1.Error.NoSuchInstance");
}

TEST(BusApi, ListsTheInstancesThatEnded) {
    Bus bus;
    (void)bus.apply(bus.world.definition("/web"));
    bus.world.run({"/web", 1});
    bus.world.end({"/web", 1}, 3);
    for (const bool ofPod : {false, true}) {
        const Answer answer = ofPod ? bus.call(bus.newCall("/org/podd1/pod/_2fweb", sd::kPod, "ListTerminations"))
                                    : bus.manage("ListTerminations", "web");
        ASSERT_EQ(answer.errorText, "");
        sd_bus_message* const reply = answer.reply.get();
        const char* instance = nullptr;
        const char* result = nullptr;
        const char* message = nullptr;
        ASSERT_GT(sd_bus_message_enter_container(reply, 'a', "(ssttsssa(ssttiisst))"), 0);
        ASSERT_GT(sd_bus_message_enter_container(reply, 'r', "ssttsssa(ssttiisst)"), 0);
        ASSERT_GT(
            sd_bus_message_read(reply, "ssttsss", &instance, nullptr, nullptr, nullptr, &result, &message, nullptr), 0);
        EXPECT_STREQ(instance, "/web.1");
        EXPECT_STREQ(result, "failed");
        EXPECT_STREQ(message, "container 'main': exit 3");
        ASSERT_GT(sd_bus_message_enter_container(reply, 'a', "(ssttiisst)"), 0);
        const char* state = nullptr;
        int32_t code = 0;
        ASSERT_GT(sd_bus_message_read(reply, "(ssttiisst)", nullptr, &state, nullptr, nullptr, &code, nullptr, nullptr,
                                      nullptr, nullptr),
                  0);
        EXPECT_STREQ(state, "failed");
        EXPECT_EQ(code, 3);
    }
    EXPECT_EQ(bus.manage("ListTerminations", "/nowhere").errorName, "org.podd1.Error.NoSuchPod");
}

TEST(BusApi, ForgetsFailuresForAll) {
    Bus bus;
    (void)bus.apply(bus.world.definition("/web"));
    bus.world.run({"/web", 1});
    bus.world.end({"/web", 1}, 3);
    EXPECT_EQ(bus.manage("ResetFailedPod", "web").errorText, "");
    EXPECT_EQ(bus.world.spawner.plans.size(), 2U);
    EXPECT_EQ(bus.manage("ResetFailedPod", "db").errorName, "org.podd1.Error.NoSuchPod");
}

// The XML in dbus/ is what clients generate code from: it must be what podd answers.
TEST(BusApi, IsDescribedByTheInstalledInterfaceFiles) {
    Bus bus;
    (void)bus.apply(bus.world.definition("/web"));
    const std::string deployment = bus.introspect("/org/podd1/deployment/1");
    bus.world.run({"/web", 1});
    const std::pair<const char*, std::string> objects[] = {
        {sd::kManager, bus.introspect(sd::kManagerPath)},
        {sd::kPod, bus.introspect("/org/podd1/pod/_2fweb")},
        {sd::kInstance, bus.introspect("/org/podd1/instance/_2fweb_2e1")},
        {sd::kContainer, bus.introspect("/org/podd1/container/_2fweb_2e1_2fmain")},
        {sd::kDeployment, deployment},
    };
    for (const auto& [interface, xml] : objects) {
        const std::string file = readFile(cat(PODD_DBUS_DIR, '/', interface, ".xml"));
        EXPECT_EQ(interfaceOf(file, interface), interfaceOf(xml, interface)) << interface;
        EXPECT_NE(interfaceOf(xml, interface), "") << xml;
    }
}

}  // namespace

}  // namespace podd
