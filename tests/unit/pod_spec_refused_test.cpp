// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/pod_spec_json.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "small_definitions.h"

using namespace podd;
using namespace podd::testing;

namespace {

struct Refused {
    std::string text;
    std::string pointer;
    std::string reason;  // part of it
};

const std::vector<Refused> kRefused = {
    // the document
    {"[]", "", "must be an object, not a list"},
    {"null", "", "must be an object, not null"},
    {"\"/a\"", "", "must be an object, not a string"},
    // ids
    {R"({"containers":[{"name":"c","exec":{"command":{"shell":"true"}},"resources":{}}]})", "/id", "is missing"},
    {identified(""), "/id", "must not be empty"},
    {identified("web"), "/id", "must be absolute"},
    {identified("/"), "/id", "at least one path segment"},
    {identified("//a"), "/id", "empty path segment"},
    {identified("/a//b"), "/id", "empty path segment"},
    {identified("/a//"), "/id", "empty path segment"},
    {identified("/.."), "/id", "must not end in"},
    {identified("/../a"), "/id", "segment '..'"},
    {identified("/a/."), "/id", "must not end in"},
    {identified("/a/.."), "/id", "must not end in"},
    {identified("/A"), "/id", "segment 'A'"},
    {identified("/a_b"), "/id", "only a-z"},
    {identified("/-a"), "/id", "only a-z"},
    {identified("/a-"), "/id", "only a-z"},
    {identified("/a."), "/id", "only a-z"},
    {identified("/a b"), "/id", "only a-z"},
    {identified("/a@b"), "/id", "only a-z"},
    {identified("/a%b"), "/id", "only a-z"},
    {identified("/a\\\\x2d"), "/id", "only a-z"},
    {identified("/a\\n"), "/id", "'/a\\x0a'"},
    {identified("/\xD0\xB0"), "/id", "only a-z"},
    {identified("/a\xEF\xBC\x8E\xEF\xBC\x8E"), "/id", "only a-z"},
    {identified("/a/versions"), "/id", "reserved word 'versions'"},
    {identified("/restart"), "/id", "reserved word"},
    {identified("/tasks/"), "/id", "reserved word"},
    {identified("/" + std::string(200, 'a')), "/id", "is 201 bytes long, at most 200"},
    {identified("/" + std::string(64 << 10, 'a')), "/id", "at most 200"},
    {identified("/a-" + std::string(100, '-') + "b"), "/id", "unit names of"},
    // names and containers
    {R"({"id":"/a"})", "/containers", "is missing"},
    {R"({"id":"/a","containers":[]})", "/containers", "must not be empty"},
    {R"({"id":"/a","containers":[7]})", "/containers/0", "must be an object, not a number"},
    {R"({"id":"/a","containers":[null]})", "/containers/0", "must be an object, not null"},
    {named(""), "/containers/0/name", "must not be empty"},
    {named("Web"), "/containers/0/name", "'Web' may only contain"},
    {named("a_b"), "/containers/0/name", "may only contain"},
    {named("-a"), "/containers/0/name", "may only contain"},
    {named("a-"), "/containers/0/name", "may only contain"},
    {named("a.b"), "/containers/0/name", "may only contain"},
    {named("../a"), "/containers/0/name", "may only contain"},
    {named("_app"), "/containers/0/name", "may only contain"},
    {named(std::string(64, 'a')), "/containers/0/name", "is 64 bytes long, at most 63"},
    {R"({"id":"/a","containers":[{"exec":{"command":{"shell":"true"}},"resources":{}}]})", "/containers/0/name",
     "is missing"},
    {R"({"id":"/a","containers":[{"name":"c","exec":{"command":{"shell":"true"}}}]})", "/containers/0/resources",
     "is missing"},
    {R"({"id":"/a","containers":[{"name":"c","resources":{},"exec":{}}]})", "/containers/0/exec/command", "is missing"},
    // commands
    {command("{}"), "/containers/0/exec/command", "needs shell or argv"},
    {command(R"({"shell":null})"), "/containers/0/exec/command", "needs shell or argv"},
    {command(R"({"shell":"a","argv":["b"]})"), "/containers/0/exec/command", "both shell and argv"},
    {command(R"({"shell":""})"), "/containers/0/exec/command/shell", "must not be empty"},
    {command(R"({"argv":[]})"), "/containers/0/exec/command/argv", "must not be empty"},
    {command(R"({"argv":[""]})"), "/containers/0/exec/command/argv/0", "must not be empty"},
    {command(R"({"argv":["a",null]})"), "/containers/0/exec/command/argv/1", "must be a string, not null"},
    {command(R"({"argv":["a",)" + repeated(8192, "\"", "\"") + "]}"), "/containers/0/exec/command/argv",
     "has 8193 items"},
    {command(R"({"argv":["a",")" + std::string(131072, 'x') + "\"]}"), "/containers/0/exec/command/argv/1",
     "is 131072 bytes long, at most 131071"},
    {command(R"({"shell":"a\u0000b"})"), "/containers/0/exec/command/shell", "NUL"},
    // resources
    {resources(R"({"cpus":0})"), "/containers/0/resources/cpus", "must be between 0.001 and 65536, not 0"},
    {resources(R"({"cpus":0.0009})"), "/containers/0/resources/cpus", "not 0.0009"},
    {resources(R"({"cpus":-1})"), "/containers/0/resources/cpus", "not -1"},
    {resources(R"({"cpus":65536.5})"), "/containers/0/resources/cpus", "not 65536.5"},
    {resources(R"({"mem":0})"), "/containers/0/resources/mem", "between 0.001 and 1073741824"},
    {resources(R"({"mem":4294967296})"), "/containers/0/resources/mem", "not 4294967296"},
    {resources(R"({"mem":9007199254740993})"), "/containers/0/resources/mem", "must be between"},
    {resources(R"({"mem":9223372036854775808})"), "/containers/0/resources/mem", "must be between"},
    {resources(R"({"mem":18446744073709551616})"), "/containers/0/resources/mem", "must be between"},
    {resources(R"({"mem":1e300})"), "/containers/0/resources/mem", "must be between"},
    {resources(R"({"mem":1e999})"), "/containers/0/resources/mem", "'1e999' is out of range"},
    {resources(R"({"mem":"128"})"), "/containers/0/resources/mem", "must be a number, not a string"},
    {resources(R"({"mem":true})"), "/containers/0/resources/mem", "must be a number, not true"},
    {resources(R"({"mem":1073741800})"), "/containers", "1073741832 MiB of memory in sum"},
    {resources(R"({"cpus":65536})"), "/containers", "65536.1 cpus in sum"},
    {container(R"("lifecycle":{"killGracePeriodSeconds":-0.5})"), "/containers/0/lifecycle/killGracePeriodSeconds",
     "between 0 and 86400, not -0.5"},
    {container(R"("lifecycle":{"killGracePeriodSeconds":86401})"), "/containers/0/lifecycle/killGracePeriodSeconds",
     "not 86401"},
    // environment, labels, users
    {pod(R"("environment":{"":"x"})"), "/environment/", "must not be empty"},
    {pod(R"("environment":{"1A":"x"})"), "/environment/1A", "not begin with a digit"},
    {pod(R"("environment":{"A=B":"x"})"), "/environment/A=B", "may only contain"},
    {pod(R"("environment":{"A/B~":"x"})"), "/environment/A~1B~0", "may only contain"},
    {pod(R"("environment":{")" + std::string(255, 'A') + R"(":"x"})"), "/environment/" + std::string(255, 'A'),
     "is 255 bytes long, at most 254"},
    {pod(R"("environment":{"A":null})"), "/environment/A", "must be a string, not null"},
    {pod(R"("environment":{"A":"\u0000"})"), "/environment/A", "NUL"},
    {pod(R"("environment":{"A":")" + std::string(131070, 'x') + "\"}"), "/environment/A", "is 131072 bytes long"},
    {pod(R"("environment":{)" + repeated(513, "\"A", "\":\"\"") + "}"), "/environment", "has 513 entries"},
    {R"({"id":"/a","environment":{)" + repeated(300, "\"A", "\":\"\"") +
         R"(},"containers":[{"name":"c","exec":{"command":{"shell":"a"}},"resources":{},"environment":{)" +
         repeated(300, "\"B", "\":\"\"") + "}}]}",
     "/containers/0/environment", "600 variables, at most 512"},
    {container(R"("environment":{"A":1})"), "/containers/0/environment/A", "must be a string, not a number"},
    {pod(R"("labels":{)" + repeated(513, "\"a", "\":\"\"") + "}"), "/labels", "has 513 entries, at most 512"},
    {pod(R"("labels":{"a":1})"), "/labels/a", "must be a string, not a number"},
    {pod(R"("labels":{"a/~":null})"), "/labels/a~1~0", "must be a string, not null"},
    {pod(R"("labels":{"a":{"\u0000":1}})"), "/labels/a", "NUL"},
    {pod(R"("user":"")"), "/user", "must not be empty"},
    {container(R"("user":"")"), "/containers/0/user", "must not be empty"},
    {pod(R"("user":"a:b")"), "/user", "must not contain ':'"},
    {pod(R"("user":"../root")"), "/user", "must not contain"},
    {pod(R"("user":"a\nb")"), "/user", "control characters"},
    {pod(R"("user":"-1")"), "/user", "must not begin with"},
    {pod(R"("user":"4294967296")"), "/user", "the largest is 4294967294"},
    {pod(R"("user":"4294967295")"), "/user", "the largest is 4294967294"},
    {pod(R"("user":"99999999999999999999")"), "/user", "the largest is"},
    {pod(R"("user":")" + std::string(256, 'a') + "\""), "/user", "is 256 bytes long"},
    {pod(R"("version":1)"), "/version", "must be a string"},
    // volumes
    {pod(R"("volumes":[{"name":"v"}])"), "/volumes/0", "volume 'v' must be referenced by at least one container"},
    {pod(R"("volumes":[{"name":"V"}])"), "/volumes/0/name", "may only contain"},
    {pod(R"("volumes":[{}])"), "/volumes/0/name", "is missing"},
    {pod(R"("volumes":[)" + repeated(65, R"({"name":"v)", "\"}") + "]"), "/volumes", "has 65 items, at most 64"},
    {hosted(""), "/volumes/0/host", "must not be empty"},
    {hosted("/a/../b"), "/volumes/0/host", "'..'"},
    {hosted("/.."), "/volumes/0/host", "'..'"},
    {hosted("/" + std::string(1024, 'a')), "/volumes/0/host", "is 1025 bytes long"},
    {hosted("/" + std::string(256, 'a')), "/volumes/0/host", "component of 256 bytes"},
    {hosted("/run/podd"), "/volumes/0/host", "belongs to podd"},
    {hosted("/run//podd/./x"), "/volumes/0/host", "belongs to podd"},
    {hosted("/var/lib/podd/pods"), "/volumes/0/host", "belongs to podd"},
    {mountedAt(""), "/containers/0/volumeMounts/0/mountPath", "must not be empty"},
    {mountedAt("/"), "/containers/0/volumeMounts/0/mountPath", "root directory"},
    {mountedAt("//"), "/containers/0/volumeMounts/0/mountPath", "root directory"},
    {mountedAt("."), "/containers/0/volumeMounts/0/mountPath", "must not have '.'"},
    {mountedAt("./a"), "/containers/0/volumeMounts/0/mountPath", "must not have '.'"},
    {mountedAt("/a//b"), "/containers/0/volumeMounts/0/mountPath", "nothing as a component"},
    {mountedAt("/a/./b"), "/containers/0/volumeMounts/0/mountPath", "must not have '.'"},
    {mountedAt("/a/../b"), "/containers/0/volumeMounts/0/mountPath", "'..'"},
    {mountedAt(".."), "/containers/0/volumeMounts/0/mountPath", "'..'"},
    {mountedAt("../a"), "/containers/0/volumeMounts/0/mountPath", "'..'"},
    {mountedAt("/a\\u0000/../etc"), "/containers/0/volumeMounts/0/mountPath", "NUL"},
    {mountedAt("/proc"), "/containers/0/volumeMounts/0/mountPath", "'/proc' cannot be mounted over"},
    {mountedAt("/proc/"), "/containers/0/volumeMounts/0/mountPath", "'/proc' cannot be mounted over"},
    {mountedAt("/proc/sys"), "/containers/0/volumeMounts/0/mountPath", "'/proc' cannot"},
    {mountedAt("/sys/fs/cgroup"), "/containers/0/volumeMounts/0/mountPath", "'/sys' cannot"},
    {mountedAt("/dev/shm"), "/containers/0/volumeMounts/0/mountPath", "'/dev' cannot"},
    {mountedAt("/run/podd"), "/containers/0/volumeMounts/0/mountPath", "belongs to podd"},
    {mountedAt("/var/lib/podd/x"), "/containers/0/volumeMounts/0/mountPath", "belongs to podd"},
    {mountedAt(std::string(1025, 'a')), "/containers/0/volumeMounts/0/mountPath", "is 1025 bytes long"},
    {mounted(R"({"name":"v"})"), "/containers/0/volumeMounts/0/mountPath", "is missing"},
    {mounted(R"({"name":"v","mountPath":"/v","readOnly":"yes"})"), "/containers/0/volumeMounts/0/readOnly",
     "must be true or false, not a string"},
    {mounted(R"({"name":"v","mountPath":"/v"},{"name":"w","mountPath":"/w"})"), "/containers/0/volumeMounts/1/name",
     "'w' is not a volume of this pod"},
    {mounted(R"({"name":"v","mountPath":"/v"},{"name":"v","mountPath":"/v/"})"),
     "/containers/0/volumeMounts/1/mountPath", "'/v' is already the mount path of volume 'v'"},
    {mounted(R"({"name":"v","mountPath":"/v/a"},{"name":"v","mountPath":"/v"})"),
     "/containers/0/volumeMounts/0/mountPath", "'/v/a' is hidden by the later mount at '/v'"},
    // networks, scaling, executor
    {pod(R"("networks":[{"mode":"bridge"}])"), "/networks/0/mode", "is none of container, container/bridge, host"},
    {pod(R"("networks":[{"mode":"host","name":"x"}])"), "/networks/0/name", "of mode host have no name"},
    {pod(R"("networks":[{"mode":"host","labels":{"a":"b"}}])"), "/networks/0/labels", "has no labels"},
    {pod(R"("networks":[{"mode":"host"},{"mode":"host"}])"), "/networks/1", "only one host network"},
    {pod(R"("networks":[{"name":"front"},{"name":"none"}])"), "/networks/1/name", "'none' goes with no other network"},
    {pod(R"("networks":[{"mode":"host","name":"none"}])"), "/networks/0/name", "of mode host have no name"},
    {R"({"id":"/a","networks":[{"name":"none"}],"containers":[{"name":"c","exec":{"command":{"shell":"x"}},)"
     R"("resources":{},"endpoints":[{"name":"web","containerPort":80,"hostPort":0}]}]})",
     "/containers/0/endpoints/0/hostPort", "is not possible on the network 'none': it leads nowhere"},
    {pod(R"("scaling":{"instances":1})"), "/scaling/kind", "is missing"},
    {pod(R"("scaling":{"kind":"Fixed","instances":1})"), "/scaling/kind", "'Fixed' is not 'fixed'"},
    {pod(R"("scaling":{"kind":"fixed","instances":-1})"), "/scaling/instances", "between 0 and 1000, not -1"},
    {pod(R"("scaling":{"kind":"fixed","instances":1001})"), "/scaling/instances", "not 1001"},
    {pod(R"("scaling":{"kind":"fixed","instances":2147483648})"), "/scaling/instances", "not 2147483648"},
    {pod(R"("scaling":{"kind":"fixed","instances":4294967297})"), "/scaling/instances", "not 4294967297"},
    {pod(R"("scaling":{"kind":"fixed","instances":18446744073709551617})"), "/scaling/instances", "must be between"},
    {pod(R"("scaling":{"kind":"fixed","instances":1.5})"), "/scaling/instances", "must be an integer, not a fraction"},
    {pod(R"("executorResources":{"cpus":0.09})"), "/executorResources/cpus", "between 0.1 and"},
    {pod(R"("executorResources":{"mem":31})"), "/executorResources/mem", "between 32 and"},
    {pod(R"("executorResources":{"disk":9.9})"), "/executorResources/disk", "between 10 and"},
    // misspellings and duplicates
    {pod(R"("enviroment":{})"), "/enviroment", "did you mean 'environment'?"},
    {pod(R"("Labels":{})"), "/Labels", "did you mean 'labels'?"},
    {pod(R"("volume":[])"), "/volume", "did you mean 'volumes'?"},
    {pod(R"("scaling":{"kind":"fixed","instance":2})"), "/scaling/instance", "did you mean 'instances'?"},
    {mounted(R"({"name":"v","mountPath":"/v","readonly":true})"), "/containers/0/volumeMounts/0/readonly",
     "did you mean 'readOnly'?"},
    {mounted(R"({"name":"v","mountPath":"/v","readOnly ":true})"), "/containers/0/volumeMounts/0/readOnly ",
     "did you mean 'readOnly'?"},
    {resources(R"({"cpu":1})"), "/containers/0/resources/cpu", "did you mean 'cpus'?"},
    {container(R"("lifeCycle":{})"), "/containers/0/lifeCycle", "did you mean 'lifecycle'?"},
    {pod(R"("user":"a","user":"b")"), "/user", "duplicate key 'user', first given at line 1, column"},
    {container(R"("name":"d")"), "/containers/0/name", "duplicate key 'name'"},
    {pod(R"("labels":{"a":"1","\u0061":"2"})"), "/labels/a", "duplicate key 'a'"},
    {R"({"id":"/a","containers":[{"name":"c","exec":{"command":{"shell":"a"}},"resources":{}},)"
     R"({"name":"c","exec":{"command":{"shell":"a"}},"resources":{}}]})",
     "/containers/1/name", "'c' is also the name of /containers/0"},
};

TEST(PodSpecRefused, RefusesEachBrokenRuleOnceWithItsPointer) {
    for (const Refused& refused : kRefused) {
        const ParsedPod parsed = parsePod(refused.text);
        const std::string shownText = refused.text.substr(0, 200);
        ASSERT_EQ(parsed.problems.size(), 1U)
            << shownText << ": " << (parsed.problems.empty() ? "accepted" : describe(parsed.problems[1], ""));
        const Problem& problem = parsed.problems.front();
        EXPECT_EQ(problem.severity, Problem::Severity::error) << shownText;
        EXPECT_EQ(problem.pointer, refused.pointer) << shownText << ": " << problem.what;
        EXPECT_NE(describe(problem, "").find(refused.reason), std::string::npos) << shownText << ": " << problem.what;
        EXPECT_EQ(problem.line, 1U) << shownText;
        EXPECT_FALSE(problem.what.ends_with('.')) << problem.what;
    }
    EXPECT_GE(kRefused.size(), 150U);
}

TEST(PodSpecRefused, AcceptsTheseNeighboursOfWhatIsRefused) {
    const std::string accepted[] = {
        identified("/a"),
        identified("/a/"),
        identified("/a/b/../c"),
        identified("/0/1.2-3/x"),
        identified("/versions/a"),
        named("0"),
        named(std::string(63, 'a')),
        mountedAt("/process"),
        mountedAt("/device/x"),
        mountedAt("a/b"),
        mountedAt("/run/poddy"),
        mountedAt("/v/"),
        hosted("/"),
        hosted("/run"),
        hosted("/var/lib/podd-data"),
        hosted("/a..b/...c"),
        resources(R"({"cpus":1e0,"mem":1.28E2,"disk":0.0,"gpus":-0})"),
        pod(R"("scaling":{"kind":"fixed","instances":0})"),
        pod(R"("scaling":{"kind":"fixed","instances":1000.0})"),
        pod(R"("user":"4294967294")"),
        pod(R"("user":"DOMAIN\\name")"),
        pod(R"("networks":[])"),
        pod(R"("networks":[{"mode":"Host"}])"),
        pod(R"("labels":{"\u202e":"\u202e"})"),
        mounted(R"({"name":"v","mountPath":"/v"},{"name":"v","mountPath":"/v/a"},{"name":"v","mountPath":"/va"})"),
        command(R"({"argv":["a",""]})"),
        command(R"({"shell":"a","argv":null})"),
        pod(R"("environment":{"_":"","A1":"\u0001\n"})")};
    for (const std::string& text : accepted) {
        const ParsedPod parsed = parsePod(text, /* strict = */ true);
        EXPECT_TRUE(parsed.problems.empty()) << text << ": " << describe(parsed.problems.front(), "");
    }
}

}  // namespace
