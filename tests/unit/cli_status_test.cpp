// SPDX-License-Identifier: LGPL-2.1-or-later
// From what GetManagedObjects returns to the text and the JSON of `podctl status`.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "cli/output_json.h"
#include "cli/snapshot.h"
#include "cli/status_text.h"

namespace podd::cli {
namespace {

constexpr uint64_t kSecond = 1'000'000;
constexpr uint64_t kNow = 1'772'445'600 * kSecond;  // Mon 2026-03-02 10:00:00 UTC
constexpr Style kPlain{.colour = false, .unicode = true};

using List = std::vector<std::string>;

Value number(uint64_t value) {
    return value;
}

Properties container(const std::string& name, const std::string& state, uint64_t pid) {
    return {{"Name", name},
            {"State", state},
            {"PID", number(pid)},
            {"EndTimestamp", number(0)},
            {"ExitCode", int64_t{0}},
            {"ExitSignal", int64_t{0}},
            {"Message", std::string()},
            {"MemoryCurrent", number(18 * 1024 * 1024)},
            {"CPUUsageNSec", number(1'500'000'000)}};
}

// One pod with two instances, the second of which is of another version and has lost its containers.
ManagedObjects fakeObjects() {
    ManagedObjects objects;
    objects["/p"]["org.podd1.Pod"] = {{"Id", std::string("/web")},
                                      {"Unit", std::string("pod-web.slice")},
                                      {"State", std::string("degraded")},
                                      {"StateTimestamp", number(kNow - 185 * kSecond)},
                                      {"Message", std::string("instance /web.4 failed")},
                                      {"Goal", std::string("up")},
                                      {"Version", std::string("v1")},
                                      {"TargetVersion", std::string("v2")},
                                      {"Labels", TextMap{{"tier", "front\033"}}},
                                      {"InstancesWanted", number(2)},
                                      {"InstancesRunning", number(1)},
                                      {"Instances", List{"/i4", "/i3", "/gone"}},
                                      {"Failures", number(4)},
                                      {"LastFailure", std::string("pod '/web': container 'db': exec: no")},
                                      {"LastFailureTimestamp", number(kNow - 3 * kSecond)},
                                      {"BackoffUSec", number(8 * kSecond)},
                                      {"NextLaunchTimestamp", number(kNow + 5 * kSecond)},
                                      {"MemoryCurrent", number(24 * 1024 * 1024)},
                                      {"CPUUsageNSec", number(kUnknown)}};
    objects["/i3"]["org.podd1.Instance"] = {{"Name", std::string("/web.3")},
                                            {"PodId", std::string("/web")},
                                            {"Number", number(3)},
                                            {"Version", std::string("v2")},
                                            {"State", std::string("running")},
                                            {"StateTimestamp", number(kNow - 60 * kSecond)},
                                            {"Unit", std::string("pod-web-3.slice")},
                                            {"ExecutorUnit", std::string("pod-web-3.scope")},
                                            {"ExecutorPID", number(77)},
                                            {"Containers", List{"/i3/nginx", "/i3/log"}}};
    objects["/i4"]["org.podd1.Instance"] = {{"Name", std::string("/web.4")},
                                            {"PodId", std::string("/web")},
                                            {"Number", number(4)},
                                            {"Version", std::string("v1")},
                                            {"State", std::string("ended")},
                                            {"StateTimestamp", number(kNow - 3 * kSecond)},
                                            {"Containers", List{"/i4/nginx", "/i4/log"}}};
    objects["/i3/nginx"]["org.podd1.Container"] = container("nginx", "running", 4242);
    objects["/i3/log"]["org.podd1.Container"] = container("log", "finished", 0);
    objects["/i3/log"]["org.podd1.Container"]["EndTimestamp"] = number(kNow - 2 * kSecond);
    objects["/i4/nginx"]["org.podd1.Container"] = container("nginx", "failed", 0);
    objects["/i4/nginx"]["org.podd1.Container"]["ExitCode"] = int64_t{1};
    objects["/i4/nginx"]["org.podd1.Container"]["Message"] = std::string("bad \033[2J");
    objects["/i4/log"]["org.podd1.Container"] = container("log", "killed", 0);
    objects["/i4/log"]["org.podd1.Container"]["ExitSignal"] = int64_t{9};
    return objects;
}

class CliStatus : public testing::Test {
protected:
    void SetUp() override {
        ::setenv("TZ", "UTC", 1);
        ::tzset();
    }
    const std::vector<PodStatus> pods_ = podsOf(fakeObjects());
};

TEST_F(CliStatus, ShowsThePodItsFailuresAndTheTreeOfItsContainers) {
    ASSERT_EQ(pods_.size(), 1U);
    EXPECT_EQ(podStatusText(pods_[0], kNow, kPlain),
              "● /web\n"
              "      State: degraded since Mon 2026-03-02 09:56:55 UTC; 3min 5s ago\n"
              "    Message: instance /web.4 failed\n"
              "    Version: v1, changing to v2\n"
              "       Unit: pod-web.slice\n"
              "     Labels: tier=front\\x1b\n"
              "   Failures: 4\n"
              " Last error: 3s ago: pod '/web': container 'db': exec: no\n"
              "   Next try: in 5s at Mon 2026-03-02 10:00:05 UTC (back-off 8s)\n"
              "     Memory: 24.0M\n"
              "  Instances: 1 of 2 running\n"
              "             ├─/web.3: running since 1min ago\n"
              "             │ ├─nginx: running, PID 4242, 18.0M, 1.500s\n"
              "             │ └─log: finished, 2s ago\n"
              "             └─/web.4: ended since 3s ago, version v1\n"
              "               ├─nginx: failed: bad \\x1b[2J\n"
              "               └─log: killed\n");
}

TEST_F(CliStatus, AFailureThatIsTheMessageAsWellIsToldOnce) {
    PodStatus pod = pods_[0];
    pod.properties["Message"] = pod.properties["LastFailure"];
    const std::string text = podStatusText(pod, kNow, kPlain);
    EXPECT_NE(text.find("\n    Message: pod '/web': container 'db': exec: no\n"), std::string::npos) << text;
    EXPECT_NE(text.find("\n Last error: 3s ago\n"), std::string::npos) << text;
}

TEST_F(CliStatus, TerminationsAreALineForPeopleAndObjectsForPrograms) {
    const std::vector<Termination> ends = {
        {.instance = "/web.3",
         .endedUsec = kNow,
         .result = "failed",
         .message = "container 'db': exit 3",
         .containers = {{.name = "db", .state = "failed", .exitCode = 3, .message = "exit 3"},
                        {.name = "log", .state = "lost", .limitBytes = kUnknown}}}};
    EXPECT_EQ(
        shown("Terminations", ends),
        "{ instance=/web.3 ; result=failed ; ended=[Mon 2026-03-02 10:00:00 UTC] ; message=container 'db': exit 3 ; "
        "db=failed (exit 3) ; log=lost }");
    const std::string json = objectsJson({{{"Terminations", ends}}}, JsonMode::shortForm);
    for (const char* part : {"\"Instance\":\"/web.3\"", "\"ExitCode\":3", "\"LaunchTimestamp\":null",
                             "\"Limit\":null,\"Message\":\"exit 3\"", "\"Result\":\"failed\""})
        EXPECT_NE(json.find(part), std::string::npos) << part << '\n' << json;
}

TEST_F(CliStatus, ShowsOneInstance) {
    EXPECT_EQ(instanceStatusText(pods_[0].instances[0], kNow, kPlain),
              "● /web.3\n"
              "      State: running since Mon 2026-03-02 09:59:00 UTC; 1min ago\n"
              "        Pod: /web\n"
              "    Version: v2\n"
              "       Unit: pod-web-3.slice\n"
              "   Executor: pod-web-3.scope (PID 77)\n"
              " Containers: 2\n"
              "             ├─nginx: running, PID 4242, 18.0M, 1.500s\n"
              "             └─log: finished, 2s ago\n");
}

TEST_F(CliStatus, ColoursSumUpTheState) {
    PodStatus pod = pods_[0];
    const Style colour{.colour = true, .unicode = true};
    EXPECT_TRUE(podStatusText(pod, kNow, colour).starts_with("\033[0;1;33m●\033[0m "));
    pod.properties["InstancesRunning"] = number(0);
    EXPECT_TRUE(podStatusText(pod, kNow, colour).starts_with("\033[0;1;31m×\033[0m "));
    pod.properties["State"] = std::string("stable");
    EXPECT_TRUE(podStatusText(pod, kNow, colour).starts_with("\033[0;1;32m●\033[0m "));
    pod.properties["State"] = std::string("stopped");
    EXPECT_TRUE(podStatusText(pod, kNow, colour).starts_with("○ "));
}

TEST_F(CliStatus, ExitStatusesAreThoseOfTheLsb) {
    PodStatus pod = pods_[0];
    EXPECT_EQ(lsbStatus(pod), 0);
    pod.properties["InstancesRunning"] = number(0);
    EXPECT_EQ(lsbStatus(pod), 3);
    pod.properties["State"] = std::string("stopped");
    EXPECT_EQ(lsbStatus(pod), 3);
    EXPECT_EQ(lsbStatus(pod.instances[0]), 0);
    EXPECT_EQ(lsbStatus(pod.instances[1]), 3);
}

TEST_F(CliStatus, AnOlderPoddMayNotHaveAllProperties) {
    EXPECT_EQ(podStatusText({.properties = {{"Id", std::string("/a")}}, .instances = {}}, kNow, kPlain),
              "● /a\n  Instances: 0 of 0 running\n");
}

TEST_F(CliStatus, JsonNestsAndHasNullForWhatIsNotThere) {
    const std::string json = statusJson(pods_, {}, JsonMode::shortForm);
    EXPECT_NE(json.find("\"CPUUsageNSec\":null"), std::string::npos) << json;
    EXPECT_NE(json.find("\"Containers\":[{\"CPUUsageNSec\":1500000000,"), std::string::npos) << json;
    EXPECT_NE(json.find("\"EndTimestamp\":null"), std::string::npos) << json;
    EXPECT_EQ(json.find('\033'), std::string::npos);
    EXPECT_EQ(json.find('\n'), json.size() - 1);
}

TEST_F(CliStatus, ListsAreJsonArraysAlsoWhenEmpty) {
    EXPECT_EQ(podsJson({}, JsonMode::shortForm), "[]\n");
    EXPECT_EQ(
        podsJson({{.id = "/web", .state = "stable", .version = "v1", .target = "v2", .wanted = 2, .running = 1}},
                 JsonMode::shortForm),
        "[{\"id\":\"/web\",\"running\":1,\"state\":\"stable\",\"target\":\"v2\",\"version\":\"v1\",\"wanted\":2}]\n");
    EXPECT_EQ(problemsJson({{.name = "a.json", .text = "", .pod = "", .problems = {{.pointer = "/id", .what = "no"}}}},
                           JsonMode::shortForm),
              "[{\"column\":null,\"file\":\"a.json\",\"line\":null,\"pointer\":\"/id\",\"rule\":\"no\","
              "\"severity\":\"error\",\"suggestion\":null,\"value\":null}]\n");
}

TEST_F(CliStatus, VersionsAndTheirDifferencesAreJson) {
    const std::vector<Change> changes = {{Change::Kind::changed, "/a", "1", "\"b\""},
                                         {Change::Kind::added, "/c", "", "{}"}};
    const std::string list =
        "[{\"after\":\"\\\"b\\\"\",\"before\":\"1\",\"kind\":\"changed\",\"path\":\"/a\"},"
        "{\"after\":\"{}\",\"before\":null,\"kind\":\"added\",\"path\":\"/c\"}]";
    EXPECT_EQ(diffJson({"/web", "v1", "v2", changes}, JsonMode::shortForm),
              "{\"changes\":" + list + ",\"from\":\"v1\",\"pod\":\"/web\",\"to\":\"v2\"}\n");
    EXPECT_EQ(versionsJson({{"v1", "", 5, std::nullopt}, {"v2", "target", 6, changes}}, JsonMode::shortForm),
              "[{\"changes\":null,\"state\":null,\"time\":5,\"version\":\"v1\"},"
              "{\"changes\":" +
                  list + ",\"state\":\"target\",\"time\":6,\"version\":\"v2\"}]\n");
    EXPECT_EQ(
        previewsJson(
            {{.file = "a.json",
              .pod = "/web",
              .outcome = "changed",
              .preview = {.outcome = "changed", .id = "/web", .version = "v1", .changes = changes, .problems = {}}}},
            JsonMode::shortForm),
        "[{\"changes\":" + list +
            ",\"file\":\"a.json\",\"message\":null,\"outcome\":\"changed\","
            "\"pod\":\"/web\",\"problems\":[],\"version\":\"v1\"}]\n");
    EXPECT_EQ(purgedJson({{"/a"}, {"/b", "no"}}, JsonMode::shortForm),
              "[{\"message\":null,\"outcome\":\"purged\",\"pod\":\"/a\"},"
              "{\"message\":\"no\",\"outcome\":\"refused\",\"pod\":\"/b\"}]\n");
}

std::string statusOf(const Properties& more) {
    ManagedObjects objects = fakeObjects();
    for (const auto& [name, value] : more)
        objects["/i3/nginx"]["org.podd1.Container"][name] = value;
    return podStatusText(podsOf(objects).at(0), kNow, kPlain);
}

TEST_F(CliStatus, SaysWhatChecksSay) {
    const auto text = [](const char* value) { return Value(std::string(value)); };
    EXPECT_NE(statusOf({{"Health", text("healthy")}}).find(": running (healthy), PID"), std::string::npos);
    EXPECT_NE(statusOf({{"Health", text("unknown")}, {"Readiness", text("unknown")}})
                  .find(": running (health unknown, not ready yet), PID"),
              std::string::npos);
    const std::string sick = statusOf({{"Health", text("unhealthy")},
                                       {"HealthFailures", number(2)},
                                       {"HealthAnswer", text("HTTP status 503\033")},
                                       {"Readiness", text("not-ready")},
                                       {"ReadinessAnswer", text("exit 1")}});
    EXPECT_NE(sick.find(": running (unhealthy, not-ready), PID"), std::string::npos) << sick;
    EXPECT_NE(sick.find(": health check: HTTP status 503\\x1b (2 failures), check: exit 1"), std::string::npos) << sick;
}

TEST(CliShow, ValuesAreReadable) {
    EXPECT_EQ(shown("MemoryCurrent", number(kUnknown)), "[not set]");
    EXPECT_EQ(shown("EndTimestamp", number(0)), "");
    EXPECT_EQ(shown("BackoffUSec", number(90 * kSecond)), "1min 30s");
    EXPECT_EQ(shown("Labels", TextMap{{"a", "b"}, {"c", "d\n"}}), "a=b c=d\\x0a");
    EXPECT_EQ(shown("Instances", List{"/x", "/y"}), "/x /y");
    EXPECT_EQ(shown("Done", true), "yes");
}

}  // namespace
}  // namespace podd::cli
