// SPDX-License-Identifier: LGPL-2.1-or-later

#include <optional>

#include "base/error.h"
#include "base/strings.h"
#include "model/container_info.h"
#include "model/fields_json.h"
#include "model/findings.h"
#include "model/resource_limits.h"

namespace podd {

namespace {

constexpr size_t kMaxPath = 1024;
constexpr size_t kMaxLimits = 16;

bool hasDots(std::string_view path) {
    for (const std::string& part : split(path, '/'))
        if (part == "." || part == "..")
            return true;
    return false;
}

std::optional<std::string> whyNotPath(std::string_view path) {
    if (path.empty() || path.size() > kMaxPath)
        return cat("must be 1 to ", kMaxPath, " bytes long");
    return hasDots(path) ? std::optional<std::string>("must not contain '.' or '..'") : std::nullopt;
}

std::optional<std::string> whyNotContainerPath(std::string_view path) {
    if (!path.starts_with('/') || path == "/")
        return "must be absolute, and below '/'";
    return whyNotPath(path);
}

void readMode(const Node& from, SharedVolume& to) {
    to.readOnly = from.choice({"RW", "RO"}) == 1;
}

constexpr Field<SharedVolume> kVolume[] = {
    {"host_path", kRequired, text<&SharedVolume::hostPath, whyNotPath>},
    {"container_path", kRequired, text<&SharedVolume::containerPath, whyNotContainerPath>},
    {"mode", kRequired, readMode},
};

struct LimitFields {
    ResourceLimit limit;
    std::optional<uint64_t> soft{};
    std::optional<uint64_t> hard{};
};

void readType(const Node& from, LimitFields& to) {
    try {
        to.limit.resource = parseResource(from.text());
    } catch (const Error& error) {
        from.refuse(error.what());
    }
}

constexpr Field<LimitFields> kLimit[] = {
    {"type", kRequired, readType},
    {"soft", kOptional, [](const Node& from, LimitFields& to) { to.soft = from.natural(); }},
    {"hard", kOptional, [](const Node& from, LimitFields& to) { to.hard = from.natural(); }},
};

// Both or neither, as Mesos has it; neither means no limit.
void readLimits(const Node& from, ContainerInfo& to) {
    for (const Node& node : from.items(0, kMaxLimits)) {
        LimitFields fields;
        readObject(node, fields, kLimit);
        if (fields.soft.has_value() != fields.hard.has_value())
            node.refuse("has only one of soft and hard");
        fields.limit.soft = fields.soft.value_or(kNoLimit);
        fields.limit.hard = fields.hard.value_or(kNoLimit);
        if (fields.limit.soft > fields.limit.hard)
            node.refuse("has a soft limit above the hard one");
        to.rlimits.push_back(fields.limit);
    }
}

constexpr Field<ContainerInfo> kLimitInfo[] = {{"rlimits", kOptional, readLimits}};

constexpr Field<ContainerInfo> kInfo[] = {
    {"type", kRequired, [](const Node& from, ContainerInfo&) { (void)from.choice({"MESOS"}); }},
    {"volumes", kOptional,
     [](const Node& from, ContainerInfo& to) { readList(from, to.volumes, kMaxVolumes, kVolume); }},
    {"rlimit_info", kOptional, [](const Node& from, ContainerInfo& to) { readObject(from, to, kLimitInfo); }},
};

void readInfo(const Node& root, ContainerInfo& info) {
    readObject(root, info, kInfo);
    if (const std::string why = whyNotTogether(info.volumes, ""); !why.empty())
        root.refuse(why);
}

}  // namespace

ParsedContainerInfo parseContainerInfo(std::string_view text) {
    ParsedContainerInfo parsed;
    parsed.problems = readJson(text, true, [&](const Node& root, Findings&) { readInfo(root, parsed.info); });
    return parsed;
}

}  // namespace podd
