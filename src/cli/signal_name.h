// SPDX-License-Identifier: LGPL-2.1-or-later
// Signals as people write them.
#pragma once

#include <optional>
#include <string_view>

namespace podd::cli {

// "SIGTERM", "term", "RTMIN+3" or "15" as a number; nothing for what is no signal of signal(7).
std::optional<int> parseSignal(std::string_view text);

}  // namespace podd::cli
