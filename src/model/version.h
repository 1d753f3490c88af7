// SPDX-License-Identifier: LGPL-2.1-or-later
// Versions of a definition are times: "2026-11-21T22:04:38.123Z", in milliseconds and UTC, strictly increasing for each
// id even when the clock steps back. As text they sort as they are ordered.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace podd {

std::string versionText(uint64_t milliseconds);  // since 1970
std::optional<uint64_t> parseVersion(std::string_view text);

// The version for a change at `nowMilliseconds` after `latest` ("" = the first).
std::string nextVersion(uint64_t nowMilliseconds, std::string_view latest);

}  // namespace podd
