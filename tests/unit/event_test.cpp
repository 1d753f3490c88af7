// SPDX-License-Identifier: LGPL-2.1-or-later
// Events: the table of their kinds, how they are told, and which of them a manager makes.
#include "model/event.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <set>

#include "cli/event_text.h"
#include "cli/output_json.h"
#include "fakes/world.h"
#include "manager/announcer.h"
#include "manager/event_journal.h"

namespace podd {

namespace {

using fakes::World;
using Texts = std::vector<std::string>;

Event example() {
    return {.kind = EventKind::containerFailed,
            .usec = 1'772'445'600'000'000,
            .pod = "/web",
            .instance = "/web.3",
            .container = "db",
            .version = "2026-01-01T00:00:00.000Z",
            .deployment = 17,
            .result = "exit-code",
            .message = "exit 3\n"};
}

// A world whose manager speaks through an announcer; `told` are the names and subjects of events.
class Announced : public ::testing::Test {
protected:
    Announced() {
        attach();
        announcer->open();
    }
    void attach() {
        announcer =
            std::make_unique<Announcer>(world.observer, [this](const Event& event) { events.push_back(event); });
        world.manager->attach({&world.units, &world.spawner, &world.executors, announcer.get()});
    }
    Texts told() {
        Texts texts;
        for (const Event& event : std::exchange(events, {})) {
            const std::string subject = event.instance.empty() ? event.pod : event.instance;
            texts.push_back(cat(rowOf(event.kind).name, ' ', subject, event.container.empty() ? "" : "/",
                                event.container, event.result.empty() ? "" : " ", event.result));
        }
        return texts;
    }

    World world;
    std::unique_ptr<Announcer> announcer;
    std::vector<Event> events;
};

}  // namespace

TEST(EventTable, EveryKindHasANameAndAnIdOfItsOwnAndCatalogText) {
    const std::string catalog = readFile(PODD_CATALOG);
    std::set<std::string_view> names;
    std::set<std::string> ids;
    for (const EventRow& row : kEvents) {
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
        EXPECT_TRUE(ids.insert(row.messageId).second) << row.name;
        EXPECT_EQ(std::string(row.messageId).find_first_not_of("0123456789abcdef"), std::string::npos) << row.name;
        EXPECT_EQ(std::string(row.messageId).size(), 32U) << row.name;
        EXPECT_EQ(eventOfName(row.name), row.kind);
        EXPECT_EQ(eventOfMessageId(row.messageId), row.kind);
        EXPECT_EQ(rowOf(row.kind).name, row.name);
        const size_t at = catalog.find(cat("\n-- ", row.messageId, "\nSubject: "));
        ASSERT_NE(at, std::string::npos) << row.name;
        const size_t end = std::min(catalog.find("\n-- ", at + 1), catalog.size());
        const std::string entry = catalog.substr(at, end - at);
        EXPECT_NE(entry.find("\nDefined-By: podd\nDocumentation: man:"), std::string::npos) << entry;
        const size_t body = entry.find("\n\n");
        EXPECT_TRUE(body != std::string::npos && entry.size() > body + 20) << entry;
    }
    for (size_t at = catalog.find("\n-- "); at != std::string::npos; at = catalog.find("\n-- ", at + 1))
        EXPECT_TRUE(ids.contains(catalog.substr(at + 4, 32))) << catalog.substr(at + 4, 32);
    EXPECT_EQ(eventOfName("no-such"), std::nullopt);
    EXPECT_EQ(eventOfMessageId(""), std::nullopt);
}

TEST(Event, ItsFieldsGoThereAndBack) {
    Event copy{.kind = EventKind::containerFailed, .usec = example().usec, .message = example().message};
    eachField(example(), [&](const char* name, const std::string& value) {
        EXPECT_TRUE(setField(copy, name, value)) << name;
        EXPECT_STRNE(journalFieldOf(name), "") << name;
    });
    EXPECT_EQ(copy, example());
    EXPECT_FALSE(setField(copy, "colour", "red"));
    EXPECT_FALSE(setField(copy, "deployment", "4294967296"));
    EXPECT_EQ(copy, example());
}

TEST(Event, AnEntryHasItsFieldsAndNothingThatCouldForgeOne) {
    Event event = example();
    event.result = "a\nPOD_ID=/other";
    EXPECT_EQ(entryFields(event),
              cat("SYSLOG_IDENTIFIER=podd\nMESSAGE_ID=", message_id::kContainerFailed,
                  "\nPODD_EVENT=container-failed\nPODD_MESSAGE=exit 3\\x0a\nOBJECT_SYSTEMD_UNIT=pod-web.slice\n"
                  "OBJECT_SYSTEMD_UNIT=pod-web-3.slice\nPOD_ID=/web\nPOD_INSTANCE=/web.3\nCONTAINER_NAME=db\n"
                  "POD_VERSION=2026-01-01T00:00:00.000Z\nDEPLOYMENT_ID=17\nPODD_RESULT=a\\x0aPOD_ID=/other\n"));
    EXPECT_EQ(describe(event), "pod '/web': deployment 17: instance '/web.3': container 'db': exit 3\n");
}

TEST(Event, IsALineForPeopleAndAnObjectForPrograms) {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    Event event = example();
    event.deployment = 0;
    EXPECT_EQ(cli::eventLine(event, {.colour = false, .unicode = true}),
              "Mar 02 10:00:00 container-failed     /web.3/db: exit 3\\x0a\n");
    event = {.kind = EventKind::deploymentEnded, .usec = event.usec, .pod = "/web", .deployment = 7, .message = "done"};
    EXPECT_EQ(cli::eventLine(event, {.colour = false, .unicode = true}),
              "Mar 02 10:00:00 deployment-ended     /web deployment 7: done\n");
    const std::string json = cli::eventJson(event, cli::JsonMode::shortForm);
    EXPECT_EQ(std::count(json.begin(), json.end(), '\n'), 1);
    EXPECT_NE(json.find("\"deployment\":7,\"event\":\"deployment-ended\",\"instance\":null"), std::string::npos)
        << json;
}

TEST(EventJournal, KeepsEventsUntilJournaldTakesThemAndLeavesSomeToExecutors) {
    const fakes::Directory directory;
    const std::string path = directory.path + "/socket";
    const sd::Event event = sd::makeEvent();
    const auto runFor = [&](uint64_t usec) {
        for (const uint64_t end = sd::monotonicUsec() + usec; sd::monotonicUsec() < end;)
            (void)sd_event_run(event.get(), 10'000);
    };
    EventJournal journal(event.get(), path);
    journal.add({.kind = EventKind::instanceRunning, .pod = "/a", .instance = "/a.1", .message = "runs"});
    journal.add(example());  // the executor's
    journal.add({.kind = EventKind::podDeleted, .pod = "/a", .message = "deleted"});
    runFor(50'000);
    const UniqueFd journald(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path.begin(), path.end(), std::begin(address.sun_path));
    ASSERT_EQ(::bind(journald.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    runFor(200'000);
    const auto entry = [&] {
        std::array<char, 4096> text{};
        const ssize_t size = ::recv(journald.get(), text.data(), text.size(), 0);
        return size < 0 ? std::string() : std::string(text.data(), static_cast<size_t>(size));
    };
    const std::string first = entry();
    EXPECT_NE(first.find("PODD_EVENT=instance-running\n"), std::string::npos);
    EXPECT_NE(first.find("PRIORITY=6\n"), std::string::npos);
    EXPECT_NE(first.find("pod '/a': instance '/a.1': runs\n"), std::string::npos);
    EXPECT_NE(entry().find("PODD_EVENT=pod-deleted\n"), std::string::npos);
    EXPECT_EQ(entry(), "");
}

TEST_F(Announced, TheLifeOfAPod) {
    (void)world.manager->apply(world.definition("/web"), {});
    EXPECT_EQ(told(), (Texts{"pod-created /web", "deployment-begun /web create", "instance-launched /web.1"}));
    world.run({"/web", 1});
    EXPECT_EQ(told(), (Texts{"container-started /web.1/main", "instance-running /web.1", "pod-state /web stable",
                             "deployment-ended /web done"}));
    (void)world.manager->stop("/web");
    EXPECT_EQ(told(), (Texts{"deployment-begun /web stop", "pod-state /web stopping"}));
    world.end({"/web", 1}, 0, true);
    EXPECT_EQ(told(), (Texts{"container-ended /web.1/main success", "instance-ended /web.1 stopped",
                             "pod-state /web stopped", "deployment-ended /web done"}));
    (void)world.manager->remove("/web");
    EXPECT_EQ(told(), (Texts{"deployment-begun /web delete", "pod-deleted /web", "deployment-ended /web done"}));
}

TEST_F(Announced, AFailureItsBackOffAndAStuckDeployment) {
    (void)world.manager->apply(world.definition("/web"), {});
    world.run({"/web", 1});
    events.clear();
    const std::string first = world.manager->pod("/web").stored.version;
    (void)world.manager->apply(world.definition("/web", "false"), {});
    EXPECT_EQ(told(), (Texts{"pod-changed /web", "deployment-begun /web update", "instance-launched /web.2"}));
    world.run({"/web", 2});
    events.clear();
    world.end({"/web", 2}, 3);
    const std::vector<Event> all = events;
    EXPECT_EQ(told(), (Texts{"container-failed /web.2/main exit-code", "instance-failed /web.2 failed",
                             "deployment-stuck /web", "pod-state /web degraded", "back-off /web"}));
    EXPECT_EQ(all[1].message, "container 'main': exit 3");
    EXPECT_EQ(all[4].message, "waits 1s before the next attempt; failures: 1");
    EXPECT_NE(first, all[1].version);
    for (const Event& event : all)
        EXPECT_GT(event.usec, 0U);
}

TEST_F(Announced, ANewPoddTellsWhatHappenedMeanwhileAndNothingTwice) {
    (void)world.manager->apply(world.definition("/web", "sleep 1000", 2), {});
    world.run({"/web", 1});
    world.run({"/web", 2});
    InstanceRecord facts = world.record({"/web", 2}, InstancePhase::ended);
    facts.containers[0] = {.name = "main", .phase = ContainerPhase::exited, .exitSignal = SIGSEGV};
    world.leaveRecord({"/web", 1}, world.record({"/web", 1}, InstancePhase::running));
    world.leaveRecord({"/web", 2}, facts);
    world.executors.live = true;
    announcer.reset();
    events.clear();
    world.restart();
    attach();
    world.manager->recover({});
    announcer->open();
    world.settle();
    EXPECT_EQ(told().front(), "instance-failed /web.2 failed");
    for (const std::string& text : told())
        EXPECT_EQ(text.find("pod-created"), std::string::npos);
}

}  // namespace podd
