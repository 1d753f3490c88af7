// SPDX-License-Identifier: LGPL-2.1-or-later
// The form in which terminations are kept on disk: a JSON list, the oldest first.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/termination.h"

namespace podd {

std::string terminationsJson(const std::vector<Termination>& terminations);

// Nothing when the text is no such list. Members that are not known are of a later podd, and ignored.
std::optional<std::vector<Termination>> parseTerminations(const std::string& text);

}  // namespace podd
