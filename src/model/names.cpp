// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/names.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/strings.h"

namespace podd {

namespace {

constexpr std::string_view kHyphen = "\\x2d";
constexpr std::string_view kDot = "\\x2e";

bool isLowerOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// Letters, digits and inner hyphens: one label of a segment, or a name.
bool isLabel(std::string_view text) {
    return !text.empty() && text.front() != '-' && text.back() != '-' &&
           std::all_of(text.begin(), text.end(), [](char c) { return isLowerOrDigit(c) || c == '-'; });
}

std::optional<std::string> whyNotSegment(const std::string& segment) {
    if (segment.empty())
        return "has an empty path segment";
    for (const std::string& label : split(segment, '.'))
        if (!isLabel(label))
            return cat("has the segment ", quoted(segment),
                       ", but only a-z, 0-9, '-' and '.' are allowed, and '-' and '.' only between the others");
    return std::nullopt;
}

// A leading '.' would hide a directory and is escaped by systemd-escape(1); our grammar has none, so only '-' is
// left that means something else in a unit name.
std::string escapedSegment(std::string_view segment) {
    std::string out;
    for (const char c : segment) {
        if (c == '-')
            out += kHyphen;
        else
            out += c;
    }
    return out;
}

std::optional<std::string> unescapedSegment(std::string_view text) {
    std::string out;
    for (size_t at = 0; at < text.size();) {
        const std::string_view rest = text.substr(at);
        if (rest.starts_with(kHyphen) || rest.starts_with(kDot)) {
            out += rest.starts_with(kHyphen) ? '-' : '.';
            at += kHyphen.size();
        } else if (isLowerOrDigit(rest.front()) || rest.front() == '.') {
            out += rest.front();
            ++at;
        } else {
            return std::nullopt;
        }
    }
    return out;
}

}  // namespace

std::optional<std::string> whyNotPodId(std::string_view id) {
    static constexpr std::array<std::string_view, 3> kReserved = {"restart", "tasks", "versions"};
    if (id.empty())
        return "must not be empty";
    if (id.front() != '/')
        return "must be absolute";
    if (id.size() == 1)
        return "must contain at least one path segment";
    if (id.size() > kMaxIdLength)
        return cat("is ", id.size(), " bytes long, at most ", kMaxIdLength, " are allowed");
    const std::vector<std::string> segments = split(id.substr(1), '/');
    for (const std::string& segment : segments)
        if (auto why = whyNotSegment(segment))
            return why;
    if (std::find(kReserved.begin(), kReserved.end(), segments.back()) != kReserved.end())
        return cat("must not end in the reserved word ", quoted(segments.back()));
    return std::nullopt;
}

std::optional<std::string> whyNotWrittenId(std::string_view id) {
    if (id.size() > kMaxIdLength)
        return cat("is ", id.size(), " bytes long, at most ", kMaxIdLength, " are allowed");
    if (id.ends_with("/.") || id.ends_with("/.."))
        return "must not end in '.' or '..'";
    return whyNotPodId(normalisedId(id));
}

std::string normalisedId(std::string_view id) {
    std::vector<std::string> kept;
    const bool absolute = id.starts_with('/');
    const std::vector<std::string> segments = split(absolute ? id.substr(1) : id, '/');
    for (const std::string& segment : segments) {
        if (segment == "..") {
            if (kept.empty())
                return std::string(id);  // leads out of the root: left as it is, for whyNotPodId() to refuse
            kept.pop_back();
        } else if (segment != "." && !(segment.empty() && &segment == &segments.back())) {
            kept.push_back(segment);
        }
    }
    return (absolute ? "/" : "") + join(kept, "/");
}

std::optional<std::string> whyNotName(std::string_view name) {
    if (name.empty())
        return "must not be empty";
    if (name.size() > kMaxNameLength)
        return cat("is ", name.size(), " bytes long, at most ", kMaxNameLength, " are allowed");
    if (!isLabel(name))
        return "may only contain a-z, 0-9 and, between these, '-'";
    return std::nullopt;
}

std::optional<std::string> whyNotNetworkName(std::string_view name) {
    std::string hyphens(name);
    if (name.find('_') != 0 && !name.ends_with('_'))
        std::replace(hyphens.begin(), hyphens.end(), '_', '-');
    const std::optional<std::string> why = whyNotName(hyphens);
    return why && name.size() <= kMaxNameLength && !name.empty()
               ? "may only contain a-z, 0-9 and, between these, '-' and '_'"
               : why;
}

std::string escapedId(std::string_view id) {
    std::vector<std::string> segments = split(id.starts_with('/') ? id.substr(1) : id, '/');
    for (std::string& segment : segments)
        segment = escapedSegment(segment);
    return join(segments, "-");
}

std::optional<std::string> unescapedId(std::string_view escaped) {
    std::string id;
    for (const std::string& part : split(escaped, '-')) {
        const std::optional<std::string> segment = unescapedSegment(part);
        if (!segment)
            return std::nullopt;
        id += '/' + *segment;
    }
    if (whyNotPodId(id) || escapedId(id) != escaped)
        return std::nullopt;
    return id;
}

std::string InstanceId::text() const {
    return cat(pod, '.', number);
}

std::string InstanceId::escaped() const {
    return cat(escapedId(pod), '-', number);
}

std::optional<InstanceId> parseInstanceId(std::string_view text) {
    const size_t dot = text.rfind('.');
    if (dot == std::string_view::npos)
        return std::nullopt;
    const std::optional<uint64_t> number = parseUnsigned(text.substr(dot + 1));
    std::string pod = cat(text.starts_with('/') ? "" : "/", text.substr(0, dot));
    if (!number || *number == 0 || whyNotPodId(pod))
        return std::nullopt;
    return InstanceId{std::move(pod), *number};
}

std::optional<InstanceId> parseEscapedInstance(std::string_view escaped) {
    const size_t hyphen = escaped.rfind('-');
    if (hyphen == std::string_view::npos)
        return std::nullopt;
    const std::optional<uint64_t> number = parseUnsigned(escaped.substr(hyphen + 1));
    std::optional<std::string> pod = unescapedId(escaped.substr(0, hyphen));
    if (!number || *number == 0 || !pod)
        return std::nullopt;
    return InstanceId{*std::move(pod), *number};
}

std::string podSlice(std::string_view id) {
    return cat("pod-", escapedId(id), ".slice");
}

std::string instanceSlice(const InstanceId& instance) {
    return cat("pod-", instance.escaped(), ".slice");
}

std::string executorScope(const InstanceId& instance) {
    return cat("pod-", instance.escaped(), ".scope");
}

std::string containerScope(const InstanceId& instance, std::string_view container) {
    return cat("pod-", instance.escaped(), '-', escapedSegment(container), ".scope");
}

bool isSameOrBelow(std::string_view path, std::string_view directory) {
    while (directory.size() > 1 && directory.ends_with('/'))
        directory.remove_suffix(1);
    if (directory == "/")
        return path.starts_with('/');
    return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

std::string privateDirectory(const std::string& sandbox, const std::string& container) {
    return cat(sandbox, "/private/", container);
}

}  // namespace podd
