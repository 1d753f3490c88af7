// SPDX-License-Identifier: LGPL-2.1-or-later
// State files carry a first line that says what they are and lets a reader tell a whole file from a torn or damaged one:
// "# podd 1 KIND crc32=xxxxxxxx length=N", then N bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace podd {

std::string sealed(std::string_view kind, std::string_view body);

// The body, or nothing when the text is not a whole and undamaged envelope of this kind.
std::optional<std::string> unsealed(std::string_view kind, std::string_view text);

}  // namespace podd
