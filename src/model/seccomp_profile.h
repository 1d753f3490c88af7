// SPDX-License-Identifier: LGPL-2.1-or-later
// Which system calls a container may make: plain data in the terms of the OCI runtime specification and of Docker's
// profiles, which are rules with conditions on the container and on the arguments of a call. seccomp_profile_json.h
// reads it; isolators/seccomp_filter.h says what it means and makes the program for the kernel of it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_table.h"
#include "model/capability.h"

namespace podd {

enum class SeccompAction { allow, errnoCode, killProcess, killThread, trap, log };
constexpr auto kSeccompActions = makeEnumTable<SeccompAction>({
    {SeccompAction::allow, "SCMP_ACT_ALLOW"},
    {SeccompAction::errnoCode, "SCMP_ACT_ERRNO"},
    {SeccompAction::killProcess, "SCMP_ACT_KILL_PROCESS"},
    {SeccompAction::killThread, "SCMP_ACT_KILL"},
    {SeccompAction::killThread, "SCMP_ACT_KILL_THREAD"},
    {SeccompAction::trap, "SCMP_ACT_TRAP"},
    {SeccompAction::log, "SCMP_ACT_LOG"},
});

enum class SeccompComparison { notEqual, less, lessOrEqual, equal, greaterOrEqual, greater, maskedEqual };
constexpr auto kSeccompComparisons = makeEnumTable<SeccompComparison>({
    {SeccompComparison::notEqual, "SCMP_CMP_NE"},
    {SeccompComparison::less, "SCMP_CMP_LT"},
    {SeccompComparison::lessOrEqual, "SCMP_CMP_LE"},
    {SeccompComparison::equal, "SCMP_CMP_EQ"},
    {SeccompComparison::greaterOrEqual, "SCMP_CMP_GE"},
    {SeccompComparison::greater, "SCMP_CMP_GT"},
    {SeccompComparison::maskedEqual, "SCMP_CMP_MASKED_EQ"},
});

// The architectures that a profile can name: in `architectures` and archMap the first way, in includes and excludes
// the second way, which is Go's.
struct SeccompArchitectureName {
    std::string_view name;
    std::string_view goName;
};
constexpr auto kSeccompArchitectures = std::to_array<SeccompArchitectureName>({
    {"SCMP_ARCH_X86_64", "amd64"},
    {"SCMP_ARCH_X86", "x86"},
    {"SCMP_ARCH_X86", "386"},
    {"SCMP_ARCH_X32", "x32"},
    {"SCMP_ARCH_AARCH64", "arm64"},
    {"SCMP_ARCH_ARM", "arm"},
    {"SCMP_ARCH_RISCV64", "riscv64"},
    {"SCMP_ARCH_LOONGARCH64", "loong64"},
    {"SCMP_ARCH_S390X", "s390x"},
    {"SCMP_ARCH_S390", "s390"},
    {"SCMP_ARCH_PPC64LE", "ppc64le"},
    {"SCMP_ARCH_PPC64", "ppc64"},
    {"SCMP_ARCH_PPC", "ppc"},
    {"SCMP_ARCH_MIPS", "mips"},
    {"SCMP_ARCH_MIPS64", "mips64"},
    {"SCMP_ARCH_MIPS64N32", "mips64n32"},
    {"SCMP_ARCH_MIPSEL", "mipsle"},
    {"SCMP_ARCH_MIPSEL64", "mips64le"},
    {"SCMP_ARCH_MIPSEL64N32", "mips64len32"},
    {"SCMP_ARCH_PARISC", "parisc"},
    {"SCMP_ARCH_PARISC64", "parisc64"},
});

struct KernelVersion {
    uint32_t major = 0;
    uint32_t minor = 0;
    auto operator<=>(const KernelVersion&) const = default;
};

// A condition on all 64 bits of an argument, of which the kernel often looks at the lower 32 only: maskedEqual with a
// mask of 32 bits asks about those.
struct SeccompArgument {
    uint32_t index = 0;     // 0..5
    uint64_t value = 0;     // to compare with; the mask of maskedEqual
    uint64_t valueTwo = 0;  // what the masked argument has to be
    SeccompComparison op = SeccompComparison::equal;
    bool operator==(const SeccompArgument&) const = default;
};

constexpr uint32_t kSeccompDefaultErrno = 1;  // EPERM, as the formats have it
constexpr uint32_t kMaxSeccompErrno = 4095;   // what the kernel can return

// Counts when all that is included holds and nothing that is excluded.
struct SeccompRule {
    std::vector<std::string> names;  // of system calls
    SeccompAction action = SeccompAction::allow;
    uint32_t errnoCode = kSeccompDefaultErrno;  // of SeccompAction::errnoCode
    std::vector<SeccompArgument> args;          // all of them have to hold
    CapabilitySet includeCaps = 0;              // the container has all of them
    CapabilitySet excludeCaps = 0;              // ... none of them
    std::vector<std::string> includeArches;     // Go's names, one of which is the native one; empty = any
    std::vector<std::string> excludeArches;
    std::optional<KernelVersion> includeMinKernel;  // the kernel is this one or newer
    std::optional<KernelVersion> excludeMinKernel;
    bool operator==(const SeccompRule&) const = default;
};

// What Docker's profiles say about an architecture: which others its kernels offer, too.
struct SeccompArchitecture {
    std::string native;
    std::vector<std::string> sub;
    bool operator==(const SeccompArchitecture&) const = default;
};

// The native architecture is always allowed; of what is named here only those that its kernels can run.
struct SeccompProfile {
    SeccompAction defaultAction = SeccompAction::errnoCode;
    uint32_t defaultErrno = kSeccompDefaultErrno;
    std::vector<std::string> architectures;  // OCI's form, whatever the native one is
    std::vector<SeccompArchitecture> archMap;
    std::vector<SeccompRule> rules;
    bool operator==(const SeccompProfile&) const = default;
};

}  // namespace podd
