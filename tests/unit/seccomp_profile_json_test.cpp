// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/seccomp_profile_json.h"

#include <gtest/gtest.h>

#include "base/strings.h"

using namespace podd;

namespace {

// A profile with one rule that has more members, with one argument, ...
std::string rule(const std::string& more) {
    return cat(R"({"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["bpf"],"action":"SCMP_ACT_ERRNO")", more,
               "}]}");
}
std::string argument(const std::string& members) {
    return rule(cat(R"(,"args":[{)", members, "}]"));
}
std::string root(const std::string& more) {
    return cat(R"({"defaultAction":"SCMP_ACT_ERRNO")", more, "}");
}

constexpr const char* kWhole = R"({
    "comment": "what Docker's and podman's files have",
    "defaultAction": "SCMP_ACT_ERRNO",
    "defaultErrnoRet": 38,
    "defaultErrno": "ENOSYS",
    "archMap": [
        {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
        {"architecture": "SCMP_ARCH_RISCV64", "subArchitectures": null}
    ],
    "syscalls": [
        {"names": ["read", "_llseek"], "action": "SCMP_ACT_ALLOW", "args": null, "comment": "", "includes": {},
         "excludes": {}},
        {"name": "mount", "action": "SCMP_ACT_ERRNO", "errno": "EACCES", "args": [],
         "includes": {"minKernel": "5.10"},
         "excludes": {"caps": ["CAP_SYS_ADMIN", "net_raw"], "arches": ["s390", "s390x"], "minKernel": "6.1"}},
        {"name": "", "names": ["clone"], "action": "SCMP_ACT_KILL", "args": [
            {"index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"},
            {"index": 5, "value": 18446744073709551615, "op": "SCMP_CMP_LE"}],
         "includes": {"caps": ["CAP_CHOWN"], "arches": ["amd64", "x32"]}},
        {"names": ["acct"], "action": "SCMP_ACT_ERRNO", "errnoRet": 5, "errno": "EPERM"}
    ]
})";

TEST(SeccompProfileJson, ReadsWhatDockerAndPodmanWrite) {
    const ParsedSeccompProfile parsed = parseSeccompProfile(kWhole, /* strict = */ true);
    ASSERT_TRUE(parsed.problems.empty()) << describe(parsed.problems.front(), "");
    SeccompProfile expected{.defaultAction = SeccompAction::errnoCode, .defaultErrno = 38};
    expected.archMap = {{"SCMP_ARCH_X86_64", {"SCMP_ARCH_X86", "SCMP_ARCH_X32"}}, {"SCMP_ARCH_RISCV64", {}}};
    expected.rules.resize(4);
    expected.rules[0].names = {"read", "_llseek"};
    expected.rules[1] = {.names = {"mount"}, .action = SeccompAction::errnoCode, .errnoCode = 13};
    expected.rules[1].includeMinKernel = KernelVersion{5, 10};
    expected.rules[1].excludeMinKernel = KernelVersion{6, 1};
    expected.rules[1].excludeCaps = capabilitySet({Capability::sysAdmin, Capability::netRaw});
    expected.rules[1].excludeArches = {"s390", "s390x"};
    expected.rules[2] = {.names = {"clone"}, .action = SeccompAction::killThread};
    expected.rules[2].args = {{0, 0x7E020000, 0, SeccompComparison::maskedEqual},
                              {5, UINT64_MAX, 0, SeccompComparison::lessOrEqual}};
    expected.rules[2].includeCaps = capabilitySet({Capability::chown});
    expected.rules[2].includeArches = {"amd64", "x32"};
    expected.rules[3] = {.names = {"acct"}, .action = SeccompAction::errnoCode, .errnoCode = 5};
    EXPECT_EQ(parsed.profile, expected);
}

TEST(SeccompProfileJson, ReadsTheFormOfOci) {
    const ParsedSeccompProfile parsed =
        parseSeccompProfile(R"({"defaultAction":"scmp_act_log","architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_X86"]})");
    ASSERT_TRUE(parsed.problems.empty()) << describe(parsed.problems.front(), "");
    EXPECT_EQ(parsed.profile.defaultAction, SeccompAction::log);
    EXPECT_EQ(parsed.profile.architectures, (std::vector<std::string>{"SCMP_ARCH_X86_64", "SCMP_ARCH_X86"}));
    EXPECT_TRUE(parsed.profile.rules.empty());
}

struct Refused {
    std::string text;
    std::string pointer;
    std::string reason;  // part of it
};

const std::vector<Refused> kRefused = {
    {"[]", "", "must be an object, not a list"},
    {R"({"syscalls":[]})", "/defaultAction", "is missing"},
    {R"({"defaultAction":"SCMP_ACT_ALOW"})", "/defaultAction", "did you mean 'SCMP_ACT_ALLOW'?"},
    {R"({"defaultAction":"SCMP_ACT_NOTIFY"})", "/defaultAction", "is none of SCMP_ACT_ALLOW"},
    {R"({"defaultAction":7})", "/defaultAction", "must be a string"},
    {R"({"defaultAction":"SCMP_ACT_ALLOW","defaultErrnoRet":1})", "/defaultErrnoRet", "SCMP_ACT_ERRNO only"},
    {root(R"(,"defaultErrnoRet":4096)"), "/defaultErrnoRet", "must be between 0 and 4095"},
    {root(R"(,"defaultErrno":"ENOSUCH")"), "/defaultErrno", "'ENOSUCH' is no error number"},
    {root(R"(,"sycalls":[])"), "/sycalls", "did you mean 'syscalls'?"},
    {root(R"(,"syscalls":{})"), "/syscalls", "must be a list"},
    {root(R"(,"syscalls":[7])"), "/syscalls/0", "must be an object"},
    {root(R"(,"architectures":["SCMP_ARCH_X86_46"])"), "/architectures/0", "did you mean"},
    {root(R"(,"architectures":["SCMP_ARCH_X86"],"archMap":[{"architecture":"SCMP_ARCH_X86_64"}])"), "",
     "both architectures and archMap"},
    {root(R"(,"archMap":[{}])"), "/archMap/0/architecture", "is missing"},
    {root(R"(,"archMap":[{"architecture":"x86"}])"), "/archMap/0/architecture", "is none of SCMP_ARCH_X86_64"},
    {root(R"(,"archMap":[{"architecture":"SCMP_ARCH_X86_64","subArchitectures":["x32"]}])"),
     "/archMap/0/subArchitectures/0", "is none of"},
    {root(R"(,"syscalls":[{"names":["a"]}])"), "/syscalls/0/action", "is missing"},
    {root(R"(,"syscalls":[{"action":"SCMP_ACT_ALLOW"}])"), "/syscalls/0", "needs names"},
    {root(R"(,"syscalls":[{"names":[],"action":"SCMP_ACT_ALLOW"}])"), "/syscalls/0/names", "must not be empty"},
    {root(R"(,"syscalls":[{"names":["a b"],"action":"SCMP_ACT_ALLOW"}])"), "/syscalls/0/names/0",
     "is no name of a system call"},
    {root(R"(,"syscalls":[{"name":"a-b","action":"SCMP_ACT_ALLOW"}])"), "/syscalls/0/name",
     "is no name of a system call"},
    {rule(R"(,"name":"bpf")"), "/syscalls/0", "both names and name"},
    {rule(R"(,"errnoRet":-1)"), "/syscalls/0/errnoRet", "must be between 0 and 4095"},
    {rule(R"(,"errno":"eperm")"), "/syscalls/0/errno", "'eperm' is no error number"},
    {root(R"(,"syscalls":[{"names":["a"],"action":"SCMP_ACT_TRAP","errnoRet":1}])"), "/syscalls/0/errnoRet",
     "SCMP_ACT_ERRNO only"},
    {rule(R"(,"arg":[])"), "/syscalls/0/arg", "did you mean 'args'?"},
    {rule(R"(,"includes":{"caps":["CAP_SYS_ADMN"]})"), "/syscalls/0/includes/caps/0", "did you mean 'CAP_SYS_ADMIN'?"},
    {rule(R"(,"excludes":{"caps":[7]})"), "/syscalls/0/excludes/caps/0", "must be a string"},
    {rule(R"(,"excludes":{"arches":["amd46"]})"), "/syscalls/0/excludes/arches/0", "did you mean 'amd64'?"},
    {rule(R"(,"includes":{"minKernel":"5"})"), "/syscalls/0/includes/minKernel", "no version of the kernel"},
    {rule(R"(,"includes":{"minKernel":"5.x"})"), "/syscalls/0/includes/minKernel", "no version of the kernel"},
    {rule(R"(,"includes":{"cap":[]})"), "/syscalls/0/includes/cap", "did you mean 'caps'?"},
    {argument(R"("value":1,"op":"SCMP_CMP_EQ")"), "/syscalls/0/args/0/index", "is missing"},
    {argument(R"("index":0,"op":"SCMP_CMP_EQ")"), "/syscalls/0/args/0/value", "is missing"},
    {argument(R"("index":0,"value":1)"), "/syscalls/0/args/0/op", "is missing"},
    {argument(R"("index":6,"value":1,"op":"SCMP_CMP_EQ")"), "/syscalls/0/args/0/index", "between 0 and 5"},
    {argument(R"("index":0,"value":18446744073709551616,"op":"SCMP_CMP_EQ")"), "/syscalls/0/args/0/value",
     "from 0 to 18446744073709551615"},
    {argument(R"("index":0,"value":-1,"op":"SCMP_CMP_EQ")"), "/syscalls/0/args/0/value", "must be an integer from 0"},
    {argument(R"("index":0,"value":1.5,"op":"SCMP_CMP_EQ")"), "/syscalls/0/args/0/value", "must be an integer from 0"},
    {argument(R"("index":0,"value":"1","op":"SCMP_CMP_EQ")"), "/syscalls/0/args/0/value", "must be an integer from 0"},
    {argument(R"("index":0,"value":1,"op":"SCMP_CMP_QE")"), "/syscalls/0/args/0/op", "did you mean"},
    {argument(R"("index":0,"value":1,"valueTwo":1,"op":"SCMP_CMP_EQ")"), "/syscalls/0/args/0",
     "SCMP_CMP_MASKED_EQ only"},
    {argument(R"("index":0,"value":1,"valueTwo":2,"op":"SCMP_CMP_MASKED_EQ")"), "/syscalls/0/args/0", "never holds"},
    {argument(R"("index":0,"value":1,"op":"SCMP_CMP_GT"},{"index":0,"value":9,"op":"SCMP_CMP_LT")"),
     "/syscalls/0/args/1", "second condition on argument 0"},
    {R"({"defaultAction":"SCMP_ACT_ALLOW","defaultAction":"SCMP_ACT_LOG"})", "/defaultAction", "duplicate key"},
};

TEST(SeccompProfileJson, RefusesEachMistakeOnceWithItsPointer) {
    for (const Refused& refused : kRefused) {
        const ParsedSeccompProfile parsed = parseSeccompProfile(refused.text);
        ASSERT_EQ(parsed.problems.size(), 1U)
            << refused.text << ": " << (parsed.problems.empty() ? "accepted" : describe(parsed.problems[1], ""));
        EXPECT_FALSE(parsed.ok()) << refused.text;
        EXPECT_EQ(parsed.problems[0].pointer, refused.pointer) << refused.text << ": " << parsed.problems[0].what;
        EXPECT_NE(describe(parsed.problems[0], "").find(refused.reason), std::string::npos)
            << refused.text << ": " << describe(parsed.problems[0], "");
        EXPECT_EQ(parsed.problems[0].line, 1U) << refused.text;
    }
}

TEST(SeccompProfileJson, WarnsOfFieldsItDoesNotKnow) {
    const ParsedSeccompProfile parsed = parseSeccompProfile(root(R"(,"flags":["SECCOMP_FILTER_FLAG_LOG"])"));
    EXPECT_TRUE(parsed.ok());
    ASSERT_EQ(parsed.problems.size(), 1U);
    EXPECT_EQ(describe(parsed.problems[0], ""), ":1:35: warning: /flags: unknown field 'flags' is ignored");
    EXPECT_FALSE(parseSeccompProfile(root(R"(,"flags":[])"), /* strict = */ true).ok());
}

TEST(SeccompProfileJson, EndsForWhatIsNoJson) {
    EXPECT_FALSE(parseSeccompProfile("").ok());
    EXPECT_FALSE(parseSeccompProfile("{").ok());
    EXPECT_FALSE(parseSeccompProfile(R"({"defaultAction":"SCMP_ACT_ALLOW",})").ok());
    EXPECT_FALSE(parseSeccompProfile(std::string(1U << 20, ' ')).ok());
}

}  // namespace
