// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/resource_limits.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "base/error.h"
#include "base/strings.h"

namespace podd {

namespace {

// In the order of the numbers that Linux gives them (asm-generic/resource.h, the same on x86-64 and arm64).
constexpr std::array<std::string_view, 16> kNames = {"CPU",      "FSIZE",  "DATA",    "STACK", "CORE",  "RSS",
                                                     "NPROC",    "NOFILE", "MEMLOCK", "AS",    "LOCKS", "SIGPENDING",
                                                     "MSGQUEUE", "NICE",   "RTPRIO",  "RTTIME"};
constexpr std::string_view kMesosPrefix = "RLMT_";

std::string upperCase(std::string_view text) {
    std::string upper(text);
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return upper;
}

std::optional<uint64_t> parseValue(std::string_view text) {
    return text == "infinity" || text == "unlimited" ? std::optional<uint64_t>(kNoLimit) : parseUnsigned(text);
}

std::string valueText(uint64_t value) {
    return value == kNoLimit ? "infinity" : std::to_string(value);
}

ResourceLimit parseOne(const std::string& item) {
    const size_t equals = item.find('=');
    const std::string value = equals == std::string::npos ? "" : item.substr(equals + 1);
    const size_t colon = value.find(':');
    const std::optional<uint64_t> soft = parseValue(std::string_view(value).substr(0, colon));
    const std::optional<uint64_t> hard =
        colon == std::string::npos ? soft : parseValue(std::string_view(value).substr(colon + 1));
    if (!soft || !hard)
        throw Error(Errc::badDefinition, cat(quoted(item), " is not a resource limit, such as NOFILE=1024:524288"));
    const uint32_t resource = parseResource(std::string_view(item).substr(0, equals));
    if (*soft > *hard)
        throw Error(Errc::badDefinition, cat(quoted(item), ": the soft limit is above the hard one"));
    return {resource, *soft, *hard};
}

}  // namespace

std::string resourceName(uint32_t resource) {
    return resource < kNames.size() ? std::string(kNames[resource]) : std::to_string(resource);
}

std::string limitText(const ResourceLimit& limit) {
    return limit.soft == limit.hard ? valueText(limit.soft) : cat(valueText(limit.soft), ':', valueText(limit.hard));
}

uint32_t parseResource(std::string_view name) {
    std::string upper = upperCase(name);
    if (upper.starts_with(kMesosPrefix))
        upper.erase(0, kMesosPrefix.size());
    const auto* const found = std::find(kNames.begin(), kNames.end(), upper);
    if (found != kNames.end())
        return static_cast<uint32_t>(found - kNames.begin());
    const std::vector<std::string> names(kNames.begin(), kNames.end());
    const std::string* hint = nearest(upper, names);
    throw Error(Errc::badDefinition, cat("there is no resource limit ", quoted(name),
                                         hint == nullptr ? "" : cat(", did you mean '", *hint, "'?")));
}

std::vector<ResourceLimit> parseResourceLimits(std::string_view text) {
    std::vector<ResourceLimit> limits;
    for (const std::string& item : split(text, ' ')) {
        if (item.empty())
            continue;
        limits.push_back(parseOne(item));
        for (size_t i = 0; i + 1 < limits.size(); ++i)
            if (limits[i].resource == limits.back().resource)
                throw Error(Errc::badDefinition, cat(quoted(item), ": is there twice"));
    }
    return limits;
}

}  // namespace podd
