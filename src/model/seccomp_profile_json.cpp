// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/seccomp_profile_json.h"

#include <algorithm>
#include <cstring>

#include "base/strings.h"
#include "model/fields_json.h"
#include "model/findings.h"

namespace podd {

namespace {

constexpr size_t kMaxRules = 4096;
constexpr size_t kMaxNames = 1024;  // of one rule
constexpr size_t kMaxArguments = 6;
constexpr size_t kMaxListed = 64;  // capabilities or architectures

std::optional<std::string> whyNotSystemCall(std::string_view text) {
    constexpr size_t kLongest = 64;
    if (text.empty())
        return "must not be empty";
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_';
    });
    return plain && text.size() <= kLongest ? std::nullopt : std::optional<std::string>("is no name of a system call");
}

// "EPERM" or nothing.
std::optional<uint32_t> errnoOf(const std::string& name) {
    constexpr int kLast = 133;  // EHWPOISON
    for (int number = 1; number <= kLast; ++number)
        if (const char* each = strerrorname_np(number); each != nullptr && name == each)
            return static_cast<uint32_t>(number);
    return std::nullopt;
}

uint32_t readErrnoName(const Node& from) {
    const std::string name = from.text();
    const std::optional<uint32_t> number = errnoOf(name);
    if (!number && from.isString())
        from.refuse(cat(shown(name), " is no error number of Linux"));
    return number.value_or(kSeccompDefaultErrno);
}

// What an object says about the error to return: by number or, as podman's files do, by name as well.
struct ErrnoFields {
    std::optional<Node> number;
    std::optional<Node> name;
};

uint32_t readErrno(const ErrnoFields& from, SeccompAction action) {
    uint32_t code = kSeccompDefaultErrno;
    if (from.name)
        code = readErrnoName(*from.name);
    if (from.number)
        code = from.number->integer(0, kMaxSeccompErrno);
    if (from.number && action != SeccompAction::errnoCode && !from.number->refused())
        from.number->refuse("has a meaning with SCMP_ACT_ERRNO only");
    return code;
}

void readCaps(const Node& from, CapabilitySet& to) {
    for (const Node& item : from.items(0, kMaxListed)) {
        const std::string name = item.text();
        const std::optional<Capability> capability = parseCapability(name);
        if (capability)
            to |= capabilitySet({*capability});
        else if (item.isString())
            item.refuse(cat(shown(name), " is no capability of Linux"), capabilityHint(name));
    }
}

template <std::string_view SeccompArchitectureName::*kind>
std::string readArchitecture(const Node& from) {
    std::vector<std::string> names;
    for (const SeccompArchitectureName& each : kSeccompArchitectures)
        if (std::find(names.begin(), names.end(), each.*kind) == names.end())
            names.emplace_back(each.*kind);
    return names[from.choice(names)];
}

template <std::string_view SeccompArchitectureName::*kind>
void readArchitectures(const Node& from, std::vector<std::string>& to) {
    for (const Node& item : from.items(0, kMaxListed))
        to.push_back(readArchitecture<kind>(item));
}

std::optional<KernelVersion> readKernel(const Node& from) {
    const std::string version = from.text();
    const std::vector<std::string> parts = split(version, '.');
    const auto number = [&](size_t i) { return i < parts.size() ? parseUnsigned(parts[i]) : std::nullopt; };
    constexpr uint64_t kMost = 65535;
    if (parts.size() == 2 && number(0).value_or(kMost + 1) <= kMost && number(1).value_or(kMost + 1) <= kMost)
        return KernelVersion{static_cast<uint32_t>(*number(0)), static_cast<uint32_t>(*number(1))};
    if (from.isString())
        from.refuse(cat(shown(version), " is no version of the kernel like '5.10'"));
    return std::nullopt;
}

struct Conditions {
    CapabilitySet caps = 0;
    std::vector<std::string> arches;
    std::optional<KernelVersion> minKernel;
};
constexpr Field<Conditions> kConditions[] = {
    {"caps", kOptional, [](const Node& from, Conditions& to) { readCaps(from, to.caps); }},
    {"arches", kOptional,
     [](const Node& from, Conditions& to) { readArchitectures<&SeccompArchitectureName::goName>(from, to.arches); }},
    {"minKernel", kOptional, [](const Node& from, Conditions& to) { to.minKernel = readKernel(from); }},
};

constexpr Field<SeccompArgument> kArgument[] = {
    {"index", kRequired, integer<&SeccompArgument::index, 0, kMaxArguments - 1>},
    {"value", kRequired, [](const Node& from, SeccompArgument& to) { to.value = from.natural(); }},
    {"valueTwo", kOptional, [](const Node& from, SeccompArgument& to) { to.valueTwo = from.natural(); }},
    {"op", kRequired, choice<&SeccompArgument::op, kSeccompComparisons>},
};

void readArguments(const Node& from, std::vector<SeccompArgument>& to) {
    uint32_t seen = 0;
    for (const Node& item : from.items(0, kMaxArguments)) {
        SeccompArgument& argument = to.emplace_back();
        readObject(item, argument, kArgument);
        if (item.refused())
            continue;
        const uint32_t bit = 1U << argument.index;
        if ((seen & bit) != 0)
            item.refuse(cat("is a second condition on argument ", argument.index, ", of which a rule can have one"));
        seen |= bit;
        if (argument.op != SeccompComparison::maskedEqual && argument.valueTwo != 0)
            item.refuse("has a valueTwo, which has a meaning with SCMP_CMP_MASKED_EQ only");
        if (argument.op == SeccompComparison::maskedEqual && (argument.valueTwo & ~argument.value) != 0)
            item.refuse("never holds: valueTwo has bits that value, the mask, has not");
    }
}

struct RuleFields {
    SeccompRule rule;
    std::string name;  // the old form of `names`
    ErrnoFields errnoFields;
};
constexpr Field<RuleFields> kRule[] = {
    {"names", kOptional,
     [](const Node& from, RuleFields& to) {
         for (const Node& item : from.items(1, kMaxNames))
             to.rule.names.push_back(item.text(whyNotSystemCall));
     }},
    {"name", kOptional,
     [](const Node& from, RuleFields& to) {
         to.name = from.text();
         if (!to.name.empty())  // as some leave it beside `names`
             (void)from.text(whyNotSystemCall);
     }},
    {"action", kRequired,
     [](const Node& from, RuleFields& to) { choice<&SeccompRule::action, kSeccompActions>(from, to.rule); }},
    {"errnoRet", kOptional, [](const Node& from, RuleFields& to) { to.errnoFields.number = from; }},
    {"errno", kOptional, [](const Node& from, RuleFields& to) { to.errnoFields.name = from; }},
    {"args", kOptional, [](const Node& from, RuleFields& to) { readArguments(from, to.rule.args); }},
    {"includes", kOptional,
     [](const Node& from, RuleFields& to) {
         Conditions conditions;
         readObject(from, conditions, kConditions);
         to.rule.includeCaps = conditions.caps;
         to.rule.includeArches = std::move(conditions.arches);
         to.rule.includeMinKernel = conditions.minKernel;
     }},
    {"excludes", kOptional,
     [](const Node& from, RuleFields& to) {
         Conditions conditions;
         readObject(from, conditions, kConditions);
         to.rule.excludeCaps = conditions.caps;
         to.rule.excludeArches = std::move(conditions.arches);
         to.rule.excludeMinKernel = conditions.minKernel;
     }},
    {"comment", kOptional, [](const Node& from, RuleFields&) { (void)from.text(); }},
};

void readRules(const Node& from, SeccompProfile& to) {
    for (const Node& node : from.items(0, kMaxRules)) {
        RuleFields fields;
        readObject(node, fields, kRule);
        SeccompRule& rule = fields.rule;
        rule.errnoCode = readErrno(fields.errnoFields, rule.action);
        if (!rule.names.empty() && !fields.name.empty())
            node.refuse("has both names and name");
        else if (!fields.name.empty())
            rule.names.push_back(fields.name);
        else if (rule.names.empty() && !node.refused())
            node.refuse("needs names");
        to.rules.push_back(std::move(rule));
    }
}

constexpr Field<SeccompArchitecture> kArchitecture[] = {
    {"architecture", kRequired,
     [](const Node& from, SeccompArchitecture& to) {
         to.native = readArchitecture<&SeccompArchitectureName::name>(from);
     }},
    {"subArchitectures", kOptional,
     [](const Node& from, SeccompArchitecture& to) {
         readArchitectures<&SeccompArchitectureName::name>(from, to.sub);
     }},
};

struct ProfileFields {
    SeccompProfile& profile;
    ErrnoFields errnoFields;
};
constexpr Field<ProfileFields> kProfile[] = {
    {"defaultAction", kRequired,
     [](const Node& from, ProfileFields& to) {
         choice<&SeccompProfile::defaultAction, kSeccompActions>(from, to.profile);
     }},
    {"defaultErrnoRet", kOptional, [](const Node& from, ProfileFields& to) { to.errnoFields.number = from; }},
    {"defaultErrno", kOptional, [](const Node& from, ProfileFields& to) { to.errnoFields.name = from; }},
    {"architectures", kOptional,
     [](const Node& from, ProfileFields& to) {
         readArchitectures<&SeccompArchitectureName::name>(from, to.profile.architectures);
     }},
    {"archMap", kOptional,
     [](const Node& from, ProfileFields& to) { readList(from, to.profile.archMap, kMaxListed, kArchitecture); }},
    {"syscalls", kOptional, [](const Node& from, ProfileFields& to) { readRules(from, to.profile); }},
    {"comment", kOptional, [](const Node& from, ProfileFields&) { (void)from.text(); }},
};

void readProfile(const Node& root, SeccompProfile& profile) {
    ProfileFields fields{profile, {}};
    readObject(root, fields, kProfile);
    profile.defaultErrno = readErrno(fields.errnoFields, profile.defaultAction);
    if (!profile.architectures.empty() && !profile.archMap.empty())
        root.refuse("has both architectures and archMap");
}

}  // namespace

ParsedSeccompProfile parseSeccompProfile(std::string_view text, bool strict) {
    ParsedSeccompProfile parsed;
    parsed.problems = readJson(text, strict, [&](const Node& root, Findings&) { readProfile(root, parsed.profile); });
    return parsed;
}

}  // namespace podd
