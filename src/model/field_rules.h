// SPDX-License-Identifier: LGPL-2.1-or-later
// Rules that one text of a definition keeps by itself, as functions that say why it does not ("must not be
// empty"), or nothing; names.h has those of ids and names. They look at the text only, never at the host:
// what a path or a user really is, is found out when it is used.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace podd {

constexpr size_t kMaxPathLength = 1024;        // bytes, Marathon's Path
constexpr size_t kMaxPathComponent = 255;      // bytes, NAME_MAX
constexpr size_t kMaxUserLength = 255;         // bytes, LOGIN_NAME_MAX without its NUL
constexpr size_t kMaxArgumentLength = 131071;  // bytes, of an argument or a NAME=value: MAX_ARG_STRLEN, see execve(2)

// ^[a-zA-Z_][a-zA-Z0-9_]{0,253}$
std::optional<std::string> whyNotEnvironmentName(std::string_view name);

// An argument of a command, and its first one or a shell line, which cannot be empty.
std::optional<std::string> whyNotArgument(std::string_view argument);
std::optional<std::string> whyNotExecutable(std::string_view executable);

// A user's name or number, as getpwnam(3) and setuid(2) take it.
std::optional<std::string> whyNotUser(std::string_view user);

// Where a volume appears in a container: absolute, or relative to the sandbox; see tidyPath().
std::optional<std::string> whyNotMountPath(std::string_view path);

// A file or directory of the host, or (relative) a directory of the sandbox.
std::optional<std::string> whyNotHostPath(std::string_view path);

// A file in the sandbox: relative, or absolute for where the sandbox is the root.
std::optional<std::string> whyNotSandboxPath(std::string_view path);

// Marathon's Path and Uri, and texts of podd's own formats that are as free: 1..1024 bytes.
std::optional<std::string> whyNotPath(std::string_view path);

// The name of an entry of `secrets`.
std::optional<std::string> whyNotSecretName(std::string_view name);

// "tcp", "udp", or whatever a service discovery may know.
std::optional<std::string> whyNotProtocol(std::string_view protocol);

// A role as Mesos has it: '*', or components without spaces between '/'.
std::optional<std::string> whyNotRole(std::string_view role);

// A date and a time as in ISO 8601, 2026-11-22T01:18:22.123Z; fraction, seconds and zone may be missing.
std::optional<std::string> whyNotTimestamp(std::string_view text);

// A regular expression (pcre2pattern(3)) of at most 255 bytes.
std::optional<std::string> whyNotPattern(std::string_view pattern);

// Without "." components, doubled and trailing '/'.
std::string tidyPath(std::string_view path);

// Whether `path` is `directory` or below it; both tidy and of the same kind (absolute or not).
bool isBelowOrSame(std::string_view path, std::string_view directory);

}  // namespace podd
