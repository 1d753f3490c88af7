// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/field_rules.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/strings.h"

namespace podd {

namespace {

// podd's own state is no business of any container.
constexpr std::array<std::string_view, 2> kOwnDirectories = {"/run/podd", "/var/lib/podd"};

// What podd-init sets up itself; a volume over it would take the container's view of the kernel away.
constexpr std::array<std::string_view, 3> kKernelDirectories = {"/proc", "/sys", "/dev"};

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

bool isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isControl(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

std::optional<std::string> whyNotLength(std::string_view text, size_t limit) {
    if (text.empty())
        return "must not be empty";
    if (text.size() > limit)
        return cat("is ", text.size(), " bytes long, at most ", limit, " are allowed");
    return std::nullopt;
}

std::optional<std::string> whyNotComponents(std::string_view path) {
    for (const std::string& component : split(path, '/')) {
        if (component == "..")
            return "must not have '..' as a component";
        if (component.size() > kMaxPathComponent)
            return cat("has a component of ", component.size(), " bytes, at most ", kMaxPathComponent, " are allowed");
    }
    return std::nullopt;
}

std::optional<std::string> whyOwn(std::string_view path) {
    for (const std::string_view own : kOwnDirectories)
        if (isBelowOrSame(path, own))
            return cat(quoted(own), " belongs to podd and cannot be mounted");
    return std::nullopt;
}

// The largest number is (uid_t)-1, which setuid(2) and chown(2) take for "no change".
std::optional<std::string> whyNotUserNumber(std::string_view digits) {
    constexpr uint64_t kLargest = 4294967294;
    const std::optional<uint64_t> number = parseUnsigned(digits);
    if (!number || *number > kLargest)
        return cat("is no user number, the largest is ", kLargest);
    return std::nullopt;
}

}  // namespace

std::optional<std::string> whyNotEnvironmentName(std::string_view name) {
    constexpr size_t kLongest = 254;
    if (auto why = whyNotLength(name, kLongest))
        return why;
    const auto allowed = [](char c) { return isLetter(c) || isDigit(c) || c == '_'; };
    if (isDigit(name.front()) || !std::all_of(name.begin(), name.end(), allowed))
        return "the name may only contain letters, digits and '_', and not begin with a digit";
    return std::nullopt;
}

std::optional<std::string> whyNotArgument(std::string_view argument) {
    return argument.empty() ? std::nullopt : whyNotExecutable(argument);
}

std::optional<std::string> whyNotExecutable(std::string_view executable) {
    return whyNotLength(executable, kMaxArgumentLength);
}

std::optional<std::string> whyNotUser(std::string_view user) {
    if (auto why = whyNotLength(user, kMaxUserLength))
        return why;
    if (std::all_of(user.begin(), user.end(), isDigit))
        return whyNotUserNumber(user);
    const auto forbidden = [](char c) { return c == ':' || c == '/' || isControl(c); };
    if (std::any_of(user.begin(), user.end(), forbidden))
        return "must not contain ':', '/' or control characters";
    if (user.front() == '-' || user.front() == '+')
        return "must not begin with '-' or '+'";
    return std::nullopt;
}

std::optional<std::string> whyNotMountPath(std::string_view path) {
    if (auto why = whyNotLength(path, kMaxPathLength))
        return why;
    const std::string tidy = tidyPath(path);
    if (tidy == "/")
        return "the root directory cannot be mounted over";
    if (auto why = whyNotComponents(path))
        return why;
    if (tidy != (path.ends_with('/') ? path.substr(0, path.size() - 1) : path))
        return "must not have '.' or nothing as a component";
    for (const std::string_view kernel : kKernelDirectories)
        if (isBelowOrSame(tidy, kernel))
            return cat(quoted(kernel), " cannot be mounted over");
    return whyOwn(tidy);
}

std::optional<std::string> whyNotHostPath(std::string_view path) {
    if (auto why = whyNotLength(path, kMaxPathLength))
        return why;
    if (auto why = whyNotComponents(path))
        return why;
    if (tidyPath(path).empty())
        return "must name something below the sandbox";
    return whyOwn(tidyPath(path));
}

std::optional<std::string> whyNotSandboxPath(std::string_view path) {
    if (auto why = whyNotPath(path))
        return why;
    if (tidyPath(path).empty() || tidyPath(path) == "/")
        return "must name a file";
    return whyNotComponents(path);
}

std::optional<std::string> whyNotPath(std::string_view path) {
    return whyNotLength(path, kMaxPathLength);
}

std::optional<std::string> whyNotSecretName(std::string_view name) {
    return whyNotLength(name, kMaxPathComponent);
}

std::optional<std::string> whyNotProtocol(std::string_view protocol) {
    constexpr size_t kLongest = 63;
    return whyNotLength(protocol, kLongest);
}

std::optional<std::string> whyNotRole(std::string_view role) {
    if (role == "*")
        return std::nullopt;
    if (auto why = whyNotLength(role, kMaxPathComponent))
        return why;
    const auto forbidden = [](char c) { return c == ' ' || c == '*' || isControl(c); };
    if (std::any_of(role.begin(), role.end(), forbidden))
        return "must not contain spaces, control characters or '*'";
    for (const std::string& component : split(role, '/'))
        if (component.empty() || component == "." || component == ".." || component.front() == '-')
            return "must not have a component that is empty, '.', '..', or begins with '-'";
    return std::nullopt;
}

std::optional<std::string> whyNotTimestamp(std::string_view text) {
    static constexpr std::string_view kShape = "dddd-dd-ddTdd:dd";
    const std::string why = "is no date and time such as 2026-11-22T01:18:22.123Z";
    constexpr size_t kLongest = 40;
    if (text.size() < kShape.size() || text.size() > kLongest)
        return why;
    for (size_t i = 0; i < kShape.size(); ++i)
        if (kShape[i] == 'd' ? !isDigit(text[i]) : text[i] != kShape[i])
            return why;
    const auto allowed = [](char c) { return isDigit(c) || c == ':' || c == '.' || c == '+' || c == '-' || c == 'Z'; };
    const std::string_view rest = text.substr(kShape.size());
    return std::all_of(rest.begin(), rest.end(), allowed) ? std::nullopt : std::optional(why);
}

std::string tidyPath(std::string_view path) {
    std::vector<std::string> kept;
    for (std::string& component : split(path, '/'))
        if (!component.empty() && component != ".")
            kept.push_back(std::move(component));
    return (path.starts_with('/') ? "/" : "") + join(kept, "/");
}

bool isBelowOrSame(std::string_view path, std::string_view directory) {
    if (!path.starts_with(directory))
        return false;
    return path.size() == directory.size() || directory == "/" || path[directory.size()] == '/';
}

}  // namespace podd
