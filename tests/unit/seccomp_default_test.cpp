// SPDX-License-Identifier: LGPL-2.1-or-later
// The built-in profile, judged by its compiled form.
#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <map>
#include <set>

#include "base/file.h"
#include "isolators/seccomp_filter.h"
#include "seccomp_calls.h"

using namespace podd;
using namespace podd::testing;

namespace {

constexpr int kCalls = 601;
constexpr int kX32 = 0x40000000;
constexpr uint64_t kHigh = uint64_t{0xFFFFFFFF} << 32;  // what must make no difference
constexpr const char* kTable = PODD_TEST_SECCOMP "/x86_64.tsv";

BpfProgram compiled(CapabilitySet capabilities = kDefaultCapabilities) {
    return BpfProgram(compileSeccomp(defaultSeccompProfile(), capabilities));
}
BpfProgram compiledWith(Capability more) {
    return compiled(kDefaultCapabilities | capabilitySet({more}));
}

// What is younger than libseccomp 2.5.4 and in the profile all the same.
const std::map<int, std::string> kYoung = {{451, "cachestat"},   {452, "fchmodat2"},    {453, "map_shadow_stack"},
                                           {454, "futex_wake"},  {455, "futex_wait"},   {456, "futex_requeue"},
                                           {462, "mseal"},       {463, "setxattrat"},   {464, "getxattrat"},
                                           {465, "listxattrat"}, {466, "removexattrat"}};

// Arguments that a rule may ask about, and some more.
std::vector<Arguments> probes() {
    std::vector<Arguments> probes = {{}};
    for (const uint64_t value : {1UL, 8UL, 17UL, 38UL, 40UL, 0x5412UL, 0x541CUL, 0x20000UL, 0x10000000UL, 0xFFFFFFFFUL})
        for (size_t index = 0; index < 6; ++index) {
            probes.emplace_back()[index] = value;
            probes.emplace_back()[index] = value | kHigh;
        }
    return probes;
}

// "allow", or "allow or EPERM, by arguments".
std::string verdictOnAny(const BpfProgram& program, int number, uint32_t architecture) {
    static const std::vector<Arguments> all = probes();
    std::set<std::string> verdicts;
    for (const Arguments& arguments : all)
        verdicts.insert(verdict(program, number, arguments, architecture));
    const std::string words = join({verdicts.begin(), verdicts.end()}, " or ");
    return verdicts.size() == 1 ? words : words + ", by arguments";
}

std::string nameOf(int number) {
    char* name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86_64, number);
    const std::string text = name != nullptr ? name : "-";
    std::free(name);
    const auto young = kYoung.find(number);
    return young != kYoung.end() ? young->second : text;
}

void writeTable(const BpfProgram& program) {
    std::string text =
        "# SPDX-License-Identifier: LGPL-2.1-or-later\n"
        "# What the built-in seccomp profile says on x86-64 to a container with the default capabilities: number, "
        "name, "
        "verdict.\n# Written by the test that compares it; see docs/hacking.md.\n";
    for (int number = 0; number < kCalls; ++number)
        text += cat(number, '\t', nameOf(number), '\t', verdictOnAny(program, number, SCMP_ARCH_X86_64), '\n');
    writeFileAtomically(kTable, text, Durability::volatileFile);
}

TEST(SeccompDefault, AgreesWithTheCommittedTable) {
    if (seccomp_arch_native() != SCMP_ARCH_X86_64)
        GTEST_SKIP() << "the table is about x86-64, which is not the native architecture";
    const BpfProgram program = compiled();
    if (std::getenv("PODD_WRITE_SECCOMP_TABLE") != nullptr)
        writeTable(program);
    int number = 0;
    for (const std::string& line : split(readFile(kTable), '\n')) {
        if (line.empty() || line.starts_with('#'))
            continue;
        const std::vector<std::string> columns = split(line, '\t');
        ASSERT_EQ(columns.size(), 3U) << line;
        ASSERT_EQ(columns[0], std::to_string(number));
        EXPECT_EQ(verdictOnAny(program, number, SCMP_ARCH_X86_64), columns[2]) << line;
        ++number;
    }
    EXPECT_EQ(number, kCalls);
}

TEST(SeccompDefault, KillsWhoeverUsesAnotherArchitecture) {
    if (seccomp_arch_native() != SCMP_ARCH_X86_64)
        GTEST_SKIP() << "i386 and x32 are foreign architectures of x86-64, which is not the native one";
    for (const CapabilitySet capabilities : {kDefaultCapabilities, kAllCapabilities}) {
        const BpfProgram program = compiled(capabilities);
        for (int number = 0; number < kCalls; ++number) {
            EXPECT_EQ(verdictOnAny(program, number, SCMP_ARCH_X86), "kill") << "i386 " << number;
            EXPECT_EQ(verdictOnAny(program, number | kX32, SCMP_ARCH_X86_64), "kill") << "x32 " << number;
            EXPECT_EQ(verdictOnAny(program, number, SCMP_ARCH_AARCH64), "kill") << "aarch64 " << number;
        }
    }
}

TEST(SeccompDefault, NamesNoCallThatDoesNotExist) {
    std::set<std::string> young;
    for (const auto& [number, name] : kYoung)
        young.insert(name);
    for (const SeccompRule& rule : defaultSeccompProfile().rules)
        for (const std::string& name : rule.names)
            EXPECT_TRUE(seccomp_syscall_resolve_name(name.c_str()) != __NR_SCMP_ERROR || young.contains(name)) << name;
}

TEST(SeccompDefault, AllowsWhatPoddInitDoesWithTheFilterLoaded) {
    const BpfProgram program = compiled(0);
    for (const char* name :
         {"prctl",     "capset", "capget",     "setgroups", "setresuid",  "setresgid",    "getresuid",
          "getresgid", "execve", "execveat",   "sendto",    "recvfrom",   "sendmsg",      "recvmsg",
          "write",     "close",  "exit_group", "fstat",     "newfstatat", "faccessat2",   "openat",
          "pread64",   "read",   "brk",        "mmap",      "munmap",     "rt_sigaction", "rt_sigprocmask"})
        EXPECT_EQ(verdictOnAny(program, numberOf(name), seccomp_arch_native()), "allow") << name;
}

TEST(SeccompDefault, AllowsProcessesAndThreadsButNoNamespaces) {
    const BpfProgram program = compiled();
    const uint64_t thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
                            CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
    EXPECT_EQ(verdict(program, "clone", {thread}), "allow");
    EXPECT_EQ(verdict(program, "clone", {SIGCHLD}), "allow");
    EXPECT_EQ(verdict(program, "clone", {CLONE_VM | CLONE_VFORK | SIGCHLD | kHigh}), "allow");
    for (const uint64_t flag :
         {CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET}) {
        EXPECT_EQ(verdict(program, "clone", {flag | SIGCHLD}), "EPERM") << flag;
        EXPECT_EQ(verdict(program, "clone", {flag | thread | kHigh}), "EPERM") << flag;
    }
    EXPECT_EQ(verdict(program, "clone3"), "ENOSYS");
    EXPECT_EQ(verdict(program, "unshare", {CLONE_NEWUSER}), "EPERM");
    const BpfProgram admin = compiledWith(Capability::sysAdmin);
    EXPECT_EQ(verdict(admin, "clone", {CLONE_NEWNS | SIGCHLD}), "allow");
    EXPECT_EQ(verdict(admin, "clone3"), "allow");
    EXPECT_EQ(verdict(admin, "unshare", {CLONE_NEWUSER}), "allow");
}

TEST(SeccompDefault, AllowsFivePersonalities) {
    const BpfProgram program = compiled();
    for (const uint64_t persona : {0x0UL, 0x8UL, 0x20000UL, 0x20008UL, 0xFFFFFFFFUL}) {
        EXPECT_EQ(verdict(program, "personality", {persona}), "allow") << persona;
        EXPECT_EQ(verdict(program, "personality", {persona | kHigh}), "allow") << persona;
    }
    for (const uint64_t persona : {0x1UL, 0x9UL, 0x40000UL, 0x400000UL, 0x60000UL, 0xFFFFFFFEUL, 0x100000UL | kHigh})
        EXPECT_EQ(verdict(program, "personality", {persona}), "EPERM") << persona;
}

TEST(SeccompDefault, HasNoSocketsThatReachBeyondTheNetworkNamespace) {
    const BpfProgram program = compiled();
    for (const uint64_t high : {uint64_t{0}, kHigh, uint64_t{1} << 32}) {
        for (const uint64_t family : {1UL, 2UL, 10UL, 16UL, 18UL, 37UL, 39UL, 41UL, 0x10028UL})
            EXPECT_EQ(verdict(program, "socket", {family | high}), "allow") << family;
        for (const uint64_t family : {17UL, 38UL, 40UL})
            EXPECT_EQ(verdict(program, "socket", {family | high, 1, 1}), "EPERM") << family;
    }
    const BpfProgram raw = compiledWith(Capability::netRaw);
    EXPECT_EQ(verdict(raw, "socket", {17}), "allow");
    EXPECT_EQ(verdict(raw, "socket", {38}), "EPERM");
    EXPECT_EQ(verdict(compiled(kAllCapabilities), "socket", {40}), "EPERM");
}

TEST(SeccompDefault, TypesNothingIntoATerminalAndLeavesNoProject) {
    for (const CapabilitySet capabilities : {kDefaultCapabilities, kAllCapabilities}) {
        const BpfProgram program = compiled(capabilities);
        for (const uint64_t high : {uint64_t{0}, kHigh, uint64_t{1} << 32}) {
            for (const uint64_t request : {0x5401UL, 0x5413UL, 0x541BUL, 0x5421UL, 0x80045430UL, 0x15412UL, 0UL})
                EXPECT_EQ(verdict(program, "ioctl", {0, request | high}), "allow") << request;
            for (const uint64_t request : {0x5412UL, 0x541CUL, 0x401C5820UL})
                EXPECT_EQ(verdict(program, "ioctl", {1, request | high, 2}), "EPERM") << request;
        }
    }
}

TEST(SeccompDefault, GivesCallsToWhomHasTheCapability) {
    const std::pair<Capability, std::vector<const char*>> rows[] = {
        {Capability::sysAdmin,
         {"mount",         "umount2",        "fsopen",        "fsmount",        "fsconfig",    "fspick",
          "move_mount",    "open_tree",      "mount_setattr", "pivot_root",     "setns",       "unshare",
          "quotactl",      "quotactl_fd",    "swapon",        "swapoff",        "sethostname", "setdomainname",
          "fanotify_init", "lookup_dcookie", "bpf",           "perf_event_open"}},
        {Capability::bpf, {"bpf"}},
        {Capability::perfmon, {"perf_event_open"}},
        {Capability::sysPtrace,
         {"ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd"}},
        {Capability::sysModule, {"init_module", "finit_module", "delete_module"}},
        {Capability::sysBoot, {"reboot", "kexec_load"}},
        {Capability::sysTime, {"settimeofday", "clock_settime"}},
        {Capability::dacReadSearch, {"open_by_handle_at"}},
        {Capability::sysNice, {"migrate_pages", "move_pages"}},
        {Capability::sysPacct, {"acct"}},
        {Capability::syslog, {"syslog"}},
        {Capability::sysTtyConfig, {"vhangup"}},
    };
    const BpfProgram without = compiled();
    for (const auto& [capability, names] : rows) {
        const BpfProgram with = compiledWith(capability);
        for (const char* name : names) {
            EXPECT_EQ(verdict(without, name), "EPERM") << name;
            EXPECT_EQ(verdict(with, name), "allow") << name << " with " << kCapabilities.name(capability);
        }
    }
    EXPECT_EQ(verdict(without, "chroot"), "allow");
    EXPECT_EQ(verdict(compiled(0), "chroot"), "EPERM");
}

TEST(SeccompDefault, DeniesSomeCallsToEverybody) {
    const BpfProgram program = compiled(kAllCapabilities);
    for (const char* name : {"add_key", "request_key", "keyctl", "io_uring_setup", "io_uring_enter",
                             "io_uring_register", "userfaultfd", "vmsplice"})
        EXPECT_EQ(verdict(program, name), "EPERM") << name;
    EXPECT_EQ(verdict(program, 5000), "ENOSYS");
    EXPECT_EQ(verdict(program, -1), "ENOSYS");  // a tracer's way to skip a call
}

}  // namespace
