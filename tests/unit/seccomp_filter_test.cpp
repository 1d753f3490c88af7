// SPDX-License-Identifier: LGPL-2.1-or-later
// What profiles mean, what the compiler refuses, what it costs, and that the kernel agrees.
#include "isolators/seccomp_filter.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "base/error.h"
#include "seccomp_calls.h"

using namespace podd;
using namespace podd::testing;

namespace {

SeccompRule errnoRule(std::vector<std::string> names, uint32_t code, std::vector<SeccompArgument> args = {}) {
    return {.names = std::move(names), .action = SeccompAction::errnoCode, .errnoCode = code, .args = std::move(args)};
}

BpfProgram compiled(std::vector<SeccompRule> rules, CapabilitySet capabilities = 0) {
    SeccompProfile profile{.defaultAction = SeccompAction::errnoCode, .defaultErrno = ENOSYS};
    profile.rules = std::move(rules);
    return BpfProgram(compileSeccomp(profile, capabilities));
}

TEST(SeccompFilter, DoesEveryAction) {
    for (const auto& [action, words] : {std::pair(SeccompAction::allow, "allow"),
                                        {SeccompAction::errnoCode, "EIO"},
                                        {SeccompAction::killProcess, "kill"},
                                        {SeccompAction::killThread, "kill thread"},
                                        {SeccompAction::trap, "trap"},
                                        {SeccompAction::log, "log"}}) {
        SeccompRule rule{.names = {"read"}, .action = action, .errnoCode = EIO};
        const BpfProgram program = compiled({rule});
        EXPECT_EQ(verdict(program, "read"), words);
        EXPECT_EQ(verdict(program, "write"), "ENOSYS");
        const SeccompProfile other{.defaultAction = action, .defaultErrno = EIO, .rules = {errnoRule({"read"}, EPERM)}};
        EXPECT_EQ(verdict(BpfProgram(compileSeccomp(other, 0)), "write"), words);
        EXPECT_EQ(verdict(BpfProgram(compileSeccomp(other, 0)), "read"), "EPERM");
    }
}

TEST(SeccompFilter, ComparesAllSixtyFourBits) {
    constexpr uint64_t kValue = 0x1'0000'0005;
    const std::tuple<SeccompComparison, bool, bool, bool> rows[] = {
        {SeccompComparison::notEqual, true, false, true},       {SeccompComparison::less, true, false, false},
        {SeccompComparison::lessOrEqual, true, true, false},    {SeccompComparison::equal, false, true, false},
        {SeccompComparison::greaterOrEqual, false, true, true}, {SeccompComparison::greater, false, false, true}};
    for (const auto& [op, below, same, above] : rows) {
        const BpfProgram program = compiled({errnoRule({"read"}, EPERM, {{3, kValue, 0, op}})});
        const auto holds = [&](uint64_t value) { return verdict(program, "read", {0, 0, 0, value}) == "EPERM"; };
        EXPECT_EQ(holds(5), below) << kSeccompComparisons.name(op);
        EXPECT_EQ(holds(kValue - 1), below) << kSeccompComparisons.name(op);
        EXPECT_EQ(holds(kValue), same) << kSeccompComparisons.name(op);
        EXPECT_EQ(holds(kValue + 1), above) << kSeccompComparisons.name(op);
        EXPECT_EQ(holds(0x2'0000'0000), above) << kSeccompComparisons.name(op);
    }
    const BpfProgram masked = compiled(
        {errnoRule({"read"}, EPERM, {{0, 0xFF000000000000F0, 0x0100000000000030, SeccompComparison::maskedEqual}})});
    EXPECT_EQ(verdict(masked, "read", {0x01ABCDEF12345638}), "EPERM");
    EXPECT_EQ(verdict(masked, "read", {0x00ABCDEF12345638}), "ENOSYS");
    EXPECT_EQ(verdict(masked, "read", {0x01ABCDEF12345648}), "ENOSYS");
}

TEST(SeccompFilter, AsksConditionsBeforeTheRuleWithoutAny) {
    const SeccompRule allow{.names = {"read", "write"}};
    const SeccompRule deny =
        errnoRule({"read"}, EPERM, {{0, 7, 0, SeccompComparison::equal}, {1, 8, 0, SeccompComparison::equal}});
    for (const bool allowFirst : {true, false}) {
        const BpfProgram program = compiled(allowFirst ? std::vector{allow, deny} : std::vector{deny, allow});
        EXPECT_EQ(verdict(program, "read", {7, 8}), "EPERM");
        EXPECT_EQ(verdict(program, "read", {7, 9}), "allow");
        EXPECT_EQ(verdict(program, "read", {0, 8}), "allow");
        EXPECT_EQ(verdict(program, "write", {7, 8}), "allow");
        EXPECT_EQ(verdict(program, "close", {7, 8}), "ENOSYS");
    }
    // ... of which the first one counts, and a condition may say the same as the default action.
    const BpfProgram program = compiled({errnoRule({"read"}, EPERM), allow,
                                         errnoRule({"read", "write"}, ENOSYS, {{0, 7, 0, SeccompComparison::equal}})});
    EXPECT_EQ(verdict(program, "read", {1}), "EPERM");
    EXPECT_EQ(verdict(program, "read", {7}), "ENOSYS");
    EXPECT_EQ(verdict(program, "write", {7}), "ENOSYS");
    EXPECT_EQ(verdict(program, "write", {1}), "allow");
}

TEST(SeccompFilter, LeavesOutRulesThatAreForOthers) {
    SeccompRule rule{.names = {"read"}};
    rule.includeCaps = capabilitySet({Capability::chown, Capability::kill});
    rule.excludeCaps = capabilitySet({Capability::bpf, Capability::sysAdmin});
    const auto withCaps = [&](std::initializer_list<Capability> capabilities) {
        return verdict(compiled({rule}, capabilitySet(capabilities)), "read");
    };
    EXPECT_EQ(withCaps({Capability::chown, Capability::kill, Capability::fowner}), "allow");
    EXPECT_EQ(withCaps({Capability::chown}), "ENOSYS");
    EXPECT_EQ(withCaps({Capability::chown, Capability::kill, Capability::bpf}), "ENOSYS");

    const KernelVersion newest{9999, 0};
    for (const auto& [least, excluded, words] : {std::tuple(KernelVersion{4, 8}, newest, "allow"),
                                                 {newest, newest, "ENOSYS"},
                                                 {KernelVersion{4, 8}, KernelVersion{4, 8}, "ENOSYS"}}) {
        SeccompRule dated{.names = {"read"}};
        dated.includeMinKernel = least;
        dated.excludeMinKernel = excluded;
        EXPECT_EQ(verdict(compiled({dated}), "read"), words);
    }
}

TEST(SeccompFilter, KnowsItsArchitectureByGosName) {
    if (seccomp_arch_native() != SCMP_ARCH_X86_64)
        GTEST_SKIP() << "written for x86-64, which is not the native architecture";
    const auto with = [](std::vector<std::string> included, std::vector<std::string> excluded) {
        SeccompRule rule{.names = {"read"}};
        rule.includeArches = std::move(included);
        rule.excludeArches = std::move(excluded);
        return verdict(compiled({rule}), "read");
    };
    EXPECT_EQ(with({"arm64", "amd64"}, {}), "allow");
    EXPECT_EQ(with({"arm64", "x86", "x32"}, {}), "ENOSYS");
    EXPECT_EQ(with({}, {"s390", "arm64"}), "allow");
    EXPECT_EQ(with({}, {"s390", "amd64"}), "ENOSYS");
}

TEST(SeccompFilter, AddsTheArchitecturesThatItsKernelsCanRun) {
    if (seccomp_arch_native() != SCMP_ARCH_X86_64)
        GTEST_SKIP() << "written for x86-64, which is not the native architecture";
    SeccompProfile flat{.defaultErrno = ENOSYS, .architectures = {"SCMP_ARCH_AARCH64", "SCMP_ARCH_X86"}};
    SeccompProfile mapped{.defaultErrno = ENOSYS,
                          .archMap = {{"SCMP_ARCH_AARCH64", {"SCMP_ARCH_ARM", "SCMP_ARCH_X32"}},
                                      {"SCMP_ARCH_X86_64", {"SCMP_ARCH_X86"}}}};
    constexpr int kReadOfI386 = 3;
    constexpr int kX32 = 0x40000000;
    for (SeccompProfile* profile : {&flat, &mapped}) {
        // One that only i386 has, one that is younger than libseccomp, and one with conditions and without.
        profile->rules = {{.names = {"read", "stat64", "cachestat"}},
                          errnoRule({"read"}, EPERM, {{0, 7, 0, SeccompComparison::equal}})};
        const BpfProgram program(compileSeccomp(*profile, 0));
        EXPECT_EQ(verdict(program, "read"), "allow");
        EXPECT_EQ(verdict(program, 451), "allow");
        EXPECT_EQ(verdict(program, kReadOfI386, {}, SCMP_ARCH_X86), "allow");
        EXPECT_EQ(verdict(program, kReadOfI386, {7}, SCMP_ARCH_X86), "EPERM");
        EXPECT_EQ(verdict(program, 195, {}, SCMP_ARCH_X86), "allow");
        EXPECT_EQ(verdict(program, 4, {}, SCMP_ARCH_X86), "ENOSYS");
        EXPECT_EQ(verdict(program, 0 | kX32, {}, SCMP_ARCH_X86_64), "kill");
        EXPECT_EQ(verdict(program, 63, {}, SCMP_ARCH_AARCH64), "kill");
    }
}

TEST(SeccompFilter, SkipsNamesThatNobodyKnows) {
    const BpfProgram program = compiled({{.names = {"read", "call_of_the_future"}}});
    EXPECT_EQ(verdict(program, "read"), "allow");
}

TEST(SeccompFilter, NamesTheRuleThatItCannotCompile) {
    const SeccompRule twice =
        errnoRule({"read"}, EPERM, {{0, 7, 0, SeccompComparison::greater}, {0, 9, 0, SeccompComparison::less}});
    try {
        (void)compiled({{.names = {"write"}}, twice});
        FAIL() << "compiled";
    } catch (const Error& error) {
        EXPECT_EQ(std::string(error.what()), "rule 1, 'read': seccomp: libseccomp: Invalid argument");
    }
    std::vector<SeccompRule> many;
    for (uint64_t i = 0; i < 4096; ++i)
        many.push_back(errnoRule({"read"}, EPERM, {{0, i << 1, 0, SeccompComparison::equal}}));
    try {
        (void)compiled(many);
        FAIL() << "compiled";
    } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("instructions, at most 4096"), std::string::npos) << error.what();
    }
}

// Figures for people, in the XML report. That it is quick for the kernel is worth a promise: a call is judged within a
// few dozen of the instructions.
TEST(SeccompFilter, IsQuick) {
    using Clock = std::chrono::steady_clock;
    constexpr int kTimes = 5;
    Clock::duration best = Clock::duration::max();
    std::string bytes;
    for (int i = 0; i < kTimes; ++i) {
        const Clock::time_point begin = Clock::now();
        bytes = compileSeccomp(defaultSeccompProfile(), kDefaultCapabilities);
        best = std::min(best, Clock::now() - begin);
    }
    const BpfProgram program(bytes);
    RecordProperty("compileMicroseconds",
                   std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(best).count()));
    RecordProperty("instructions", std::to_string(program.size()));
    size_t most = 0;
    for (const char* name : {"read", "write", "futex", "epoll_wait", "ioctl", "clone", "socket", "openat", "mount"}) {
        const BpfVerdict verdict = program.run(systemCall(numberOf(name), {}, seccomp_arch_native()));
        RecordProperty(std::string("executedFor_") + name, std::to_string(verdict.executed));
        most = std::max(most, verdict.executed);
    }
    EXPECT_LE(most, 48U);
    EXPECT_LE(program.size(), 1024U);
}

bool hasSeccomp() {
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, nullptr) == -1 && errno == EFAULT;
}

bool load(std::string bytes) {
    const sock_fprog program{.len = static_cast<unsigned short>(bytes.size() / sizeof(sock_filter)),
                             .filter = reinterpret_cast<sock_filter*>(bytes.data())};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

// The exit status of a child that does `work`.
template <typename Work>
int inChild(Work&& work) {
    const pid_t child = fork();
    if (child == 0) {
        try {
            _exit(work());
        } catch (...) {
            _exit(254);
        }
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

// 0 = all is as it should be, 255 = the filter was not loaded, otherwise the number of the first surprise.
int callsUnderFilter(const std::string& bytes) {
    if (!load(bytes))
        return 255;
    const auto fails = [](int code, long number, auto... arguments) {
        errno = 0;
        return syscall(number, arguments...) == -1 && errno == code;
    };
    constexpr int kTiocsti = 0x5412;
    constexpr int kVsock = 40;
    constexpr long kNoCall = 5000;
    const bool good[] = {fails(ENOSYS, SYS_clone3, nullptr, 0),
                         fails(ENOSYS, kNoCall),
                         fails(EPERM, SYS_mount, nullptr, nullptr, nullptr, 0, nullptr),
                         fails(EPERM, SYS_keyctl, 0, 0, 0, 0, 0),
                         fails(EPERM, SYS_unshare, CLONE_NEWUSER),
                         fails(EPERM, SYS_clone, CLONE_NEWUSER | CLONE_NEWNS, nullptr, nullptr, nullptr, 0),
                         fails(EPERM, SYS_ioctl, -1, uint64_t{1} << 32 | kTiocsti, nullptr),
                         fails(EBADF, SYS_ioctl, -1, 0, nullptr),
                         fails(EPERM, SYS_socket, kVsock, 1, 0),
                         syscall(SYS_getppid) > 0,
                         syscall(SYS_personality, 0xFFFFFFFFU) != -1};
    const bool* surprise = std::find(std::begin(good), std::end(good), false);
    return surprise == std::end(good) ? 0 : static_cast<int>(surprise - std::begin(good)) + 1;
}

TEST(SeccompFilter, IsObeyedByTheKernel) {
    if (!hasSeccomp())
        GTEST_SKIP() << "seccomp(2) is not available: " << errnoText(errno);
    const std::string bytes = compileSeccomp(defaultSeccompProfile(), kDefaultCapabilities);
    EXPECT_EQ(inChild([&] { return callsUnderFilter(bytes); }), 0);
}

// Written by hand: the first call of compileSeccomp() of this process is to be the one in the child.
std::string noSeccomp() {
    const sock_filter program[] = {{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
                                   {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_seccomp},
                                   {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
                                   {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
    return {reinterpret_cast<const char*>(program), sizeof(program)};
}

TEST(SeccompFilter, IsMadeByAProcessThatMayNotCallSeccompItself) {
    if (!hasSeccomp())
        GTEST_SKIP() << "seccomp(2) is not available: " << errnoText(errno);
    EXPECT_EQ(inChild([] {
                  if (!load(noSeccomp()) || hasSeccomp())
                      return 1;
                  SeccompProfile profile{.defaultAction = SeccompAction::log};
                  profile.rules = {{.names = {"read"}, .action = SeccompAction::killProcess}};
                  const BpfProgram program(compileSeccomp(profile, 0));
                  return verdict(program, "read") == "kill" && verdict(program, "write") == "log" ? 0 : 2;
              }),
              0);
}

}  // namespace
