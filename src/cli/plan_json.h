// SPDX-License-Identifier: LGPL-2.1-or-later
// What `podctl plan` prints: podd's JSON as an outline that people can read.
#pragma once

#include <string>

namespace podd::cli {

// "key: value" lines, indented by what they belong to; what has several plain members is one line in a list. Throws Error
// when podd sent something that is not JSON.
std::string planText(const std::string& json);

}  // namespace podd::cli
