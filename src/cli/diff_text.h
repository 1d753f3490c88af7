// SPDX-License-Identifier: LGPL-2.1-or-later
// Changes of a definition (model/diff_json.h) as people read them. Pure; what comes from a definition is made fit for a
// terminal.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal.h"
#include "model/diff_json.h"

namespace podd::cli {

// A line for each change, two spaces in front:
//   "~ /containers/db/image/id: "postgres:15" → "postgres:16"", "+ /labels/a: "b"", "- /user: "www-data"".
// Of values that are long and nearly the same only the different part is shown.
std::string changesText(const std::vector<Change>& changes, const Style& style);

// The same in at most `width` columns: the only change, or the paths of the first ones and the number of the others.
std::string changesSummary(const std::vector<Change>& changes, size_t width, const Style& style);

}  // namespace podd::cli
