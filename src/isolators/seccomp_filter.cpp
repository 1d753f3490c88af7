// SPDX-License-Identifier: LGPL-2.1-or-later
// libseccomp knows numbers, architectures and how to search quickly, but for each call it knows either rules with
// conditions or one without. So there are two filters: one of the calls that have both, with their rules with
// conditions, and one of everything else. They become one program: where the first one has no verdict, it goes on
// with the second.
#include "isolators/seccomp_filter.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/strings.h"

namespace podd {

namespace {

// Returned by no action of a profile.
constexpr uint32_t kNoVerdict = SCMP_ACT_TRACE(0);

// Younger than libseccomp 2.5.4, with which podd has to do: since Linux 5.0 new calls have one number everywhere.
constexpr std::pair<std::string_view, int> kNewCalls[] = {
    {"cachestat", 451},     {"fchmodat2", 452},   {"map_shadow_stack", 453}, {"futex_wake", 454}, {"futex_wait", 455},
    {"futex_requeue", 456}, {"statmount", 457},   {"listmount", 458},        {"mseal", 462},      {"setxattrat", 463},
    {"getxattrat", 464},    {"listxattrat", 465}, {"removexattrat", 466}};

// What the kernels of an architecture can run besides it.
constexpr std::pair<uint32_t, uint32_t> kSubArchitectures[] = {{SCMP_ARCH_X86_64, SCMP_ARCH_X86},
                                                               {SCMP_ARCH_X86_64, SCMP_ARCH_X32},
                                                               {SCMP_ARCH_AARCH64, SCMP_ARCH_ARM},
                                                               {SCMP_ARCH_S390X, SCMP_ARCH_S390}};

[[noreturn]] void refuse(const std::string& what) {
    throw Error(Errc::notSupported, "seccomp: " + what);
}

uint32_t actionOf(SeccompAction action, uint32_t errnoCode) {
    switch (action) {
        case SeccompAction::allow: return SCMP_ACT_ALLOW;
        case SeccompAction::errnoCode: return SCMP_ACT_ERRNO(errnoCode);
        case SeccompAction::killProcess: return SCMP_ACT_KILL_PROCESS;
        case SeccompAction::killThread: return SCMP_ACT_KILL_THREAD;
        case SeccompAction::trap: return SCMP_ACT_TRAP;
        case SeccompAction::log: return SCMP_ACT_LOG;
    }
    return SCMP_ACT_KILL_PROCESS;
}

scmp_compare comparisonOf(SeccompComparison comparison) {
    switch (comparison) {
        case SeccompComparison::notEqual: return SCMP_CMP_NE;
        case SeccompComparison::less: return SCMP_CMP_LT;
        case SeccompComparison::lessOrEqual: return SCMP_CMP_LE;
        case SeccompComparison::equal: return SCMP_CMP_EQ;
        case SeccompComparison::greaterOrEqual: return SCMP_CMP_GE;
        case SeccompComparison::greater: return SCMP_CMP_GT;
        case SeccompComparison::maskedEqual: return SCMP_CMP_MASKED_EQ;
    }
    return SCMP_CMP_EQ;
}

// libseccomp's number of "SCMP_ARCH_X86_64"; 0 if it does not know it.
uint32_t architectureOf(std::string_view name) {
    std::string lower;
    for (const char c : name.substr(std::string_view("SCMP_ARCH_").size()))
        lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return seccomp_arch_resolve_name(lower.c_str());
}

int numberOf(const std::string& name) {
    const int number = seccomp_syscall_resolve_name(name.c_str());
    if (number != __NR_SCMP_ERROR)
        return number;  // below 0 for one that only other architectures have
    for (const auto& [each, itsNumber] : kNewCalls)
        if (each == name)
            return itsNumber;
    return __NR_SCMP_ERROR;
}

KernelVersion runningKernel() {
    utsname name{};
    KernelVersion version;
    if (uname(&name) == 0)
        (void)std::sscanf(name.release, "%u.%u", &version.major, &version.minor);
    return version;
}

// Where the program will run.
struct Target {
    CapabilitySet capabilities;
    uint32_t architecture = seccomp_arch_native();
    KernelVersion kernel = runningKernel();

    bool isNative(const std::string& goName) const {
        return std::any_of(kSeccompArchitectures.begin(), kSeccompArchitectures.end(), [&](const auto& each) {
            return each.goName == goName && architectureOf(each.name) == architecture;
        });
    }
    bool isAny(const std::vector<std::string>& goNames) const {
        return std::any_of(goNames.begin(), goNames.end(), [&](const std::string& name) { return isNative(name); });
    }
    bool holds(const SeccompRule& rule) const {
        const bool included = (rule.includeCaps & ~capabilities) == 0 &&
                              (rule.includeArches.empty() || isAny(rule.includeArches)) &&
                              (!rule.includeMinKernel || kernel >= *rule.includeMinKernel);
        const bool excluded = (rule.excludeCaps & capabilities) != 0 || isAny(rule.excludeArches) ||
                              (rule.excludeMinKernel && kernel >= *rule.excludeMinKernel);
        return included && !excluded;
    }
};

// Besides the native one.
std::vector<uint32_t> architecturesOf(const SeccompProfile& profile, uint32_t native) {
    std::vector<std::string> names = profile.architectures;
    for (const SeccompArchitecture& each : profile.archMap)
        if (architectureOf(each.native) == native)
            names.insert(names.end(), each.sub.begin(), each.sub.end());
    std::vector<uint32_t> others;
    for (const auto& [architecture, sub] : kSubArchitectures)
        if (architecture == native && std::any_of(names.begin(), names.end(), [&, wanted = sub](const auto& name) {
                return architectureOf(name) == wanted;
            }))
            others.push_back(sub);
    return others;
}

using Program = std::vector<sock_filter>;

class Filter {
public:
    Filter(uint32_t defaultAction, const std::vector<uint32_t>& architectures)
        : context_(seccomp_init(defaultAction), seccomp_release), defaultAction_(defaultAction) {
        if (!context_)
            refuse("libseccomp has no memory or does not know the default action");
        check(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS));
        check(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_NNP, 0));
        constexpr uint32_t kBinarySearch = 2;
        check(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, kBinarySearch));
        for (const uint32_t architecture : architectures)
            check(seccomp_arch_add(context_.get(), architecture));
    }

    // Throws without context: to make the text of it for each of some 400 calls would take as long as the calls do.
    void add(int number, const SeccompRule& rule) {
        const uint32_t action = actionOf(rule.action, rule.errnoCode);
        if (action == defaultAction_)
            return;  // libseccomp refuses what says nothing new
        std::vector<scmp_arg_cmp> comparisons;
        for (const SeccompArgument& argument : rule.args)
            comparisons.push_back({argument.index, comparisonOf(argument.op), argument.value, argument.valueTwo});
        const auto count = static_cast<unsigned>(comparisons.size());
        const int result = seccomp_rule_add_array(context_.get(), action, number, count, comparisons.data());
        check(result == -EEXIST ? 0 : result);
    }

    Program program() const {
        const UniqueFd file(memfd_create("seccomp", MFD_CLOEXEC));
        if (!file)
            throwErrno(errno, "seccomp: memfd_create");
        check(seccomp_export_bpf(context_.get(), file.get()));
        if (lseek(file.get(), 0, SEEK_SET) != 0)
            throwErrno(errno, "seccomp: lseek");
        const std::string bytes = readDescriptor(file.get(), "the exported filter");
        Program program(bytes.size() / sizeof(sock_filter));
        std::memcpy(program.data(), bytes.data(), program.size() * sizeof(sock_filter));
        return program;
    }

private:
    static void check(int result) {
        if (result != 0)
            refuse(cat("libseccomp: ", errnoText(-result)));
    }

    std::unique_ptr<void, void (*)(scmp_filter_ctx)> context_;
    uint32_t defaultAction_;
};

// The rules that name one call and hold.
struct CallRules {
    std::string name;
    const SeccompRule* always = nullptr;            // without conditions on arguments
    std::vector<const SeccompRule*> conditional{};  // with
};

std::map<int, CallRules> rulesByCall(const SeccompProfile& profile, const Target& target, bool nativeOnly) {
    // Elsewhere a call without a number of its own may be a part of socketcall(2) or ipc(2).
    const bool skipsUnnumbered =
        nativeOnly && (target.architecture == SCMP_ARCH_X86_64 || target.architecture == SCMP_ARCH_AARCH64);
    std::map<int, CallRules> calls;
    for (const SeccompRule& rule : profile.rules) {
        if (!target.holds(rule))
            continue;
        for (const std::string& name : rule.names) {
            const int number = numberOf(name);
            if (number == __NR_SCMP_ERROR || (number < 0 && skipsUnnumbered))
                continue;
            CallRules& call = calls[number];
            call.name = name;
            if (!rule.args.empty())
                call.conditional.push_back(&rule);
            else if (call.always == nullptr)
                call.always = &rule;
        }
    }
    return calls;
}

void add(Filter& filter, int number, const std::string& name, const SeccompRule& rule, const SeccompProfile& profile) {
    try {
        filter.add(number, rule);
    } catch (const Error& error) {
        throw Error(error.code(), cat("rule ", &rule - profile.rules.data(), ", ", quoted(name), ": ", error.what()));
    }
}

// `first`, and `second` wherever it has no verdict.
Program joined(Program first, const Program& second) {
    for (size_t i = 0; i < first.size(); ++i)
        if (first[i].code == (BPF_RET | BPF_K) && first[i].k == kNoVerdict)
            first[i] = {.code = BPF_JMP | BPF_JA, .jt = 0, .jf = 0, .k = static_cast<uint32_t>(first.size() - i - 1)};
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

}  // namespace

std::string compileSeccomp(const SeccompProfile& profile, CapabilitySet capabilities) {
    // What kernels can do since 4.14. libseccomp would try it out, and podd itself may not call seccomp(2).
    constexpr unsigned kKillProcessAndLog = 3;
    (void)seccomp_api_set(kKillProcessAndLog);
    const Target target{.capabilities = capabilities};
    const std::vector<uint32_t> architectures = architecturesOf(profile, target.architecture);
    Filter exceptions(kNoVerdict, architectures);
    Filter filter(actionOf(profile.defaultAction, profile.defaultErrno), architectures);
    bool anyException = false;
    for (const auto& [number, call] : rulesByCall(profile, target, architectures.empty())) {
        const bool both = call.always != nullptr && !call.conditional.empty();
        anyException = anyException || both;
        for (const SeccompRule* rule : call.conditional)
            add(both ? exceptions : filter, number, call.name, *rule, profile);
        if (call.always != nullptr)
            add(filter, number, call.name, *call.always, profile);
    }
    const Program program = anyException ? joined(exceptions.program(), filter.program()) : filter.program();
    if (program.size() > BPF_MAXINSNS)
        refuse(cat("the program has ", program.size(), " instructions, at most ", BPF_MAXINSNS, " are allowed"));
    return {reinterpret_cast<const char*>(program.data()), program.size() * sizeof(sock_filter)};
}

}  // namespace podd
