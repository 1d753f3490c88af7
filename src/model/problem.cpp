// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/problem.h"

#include <algorithm>

#include "base/strings.h"

namespace podd {

std::string describe(const Problem& problem, const std::string& file) {
    std::string text = file;
    if (problem.line > 0)
        text += cat(':', problem.line, ':', problem.column);
    if (!text.empty())
        text += ": ";
    text += cat(kSeverities.name(problem.severity), ": ");
    if (!problem.pointer.empty())
        text += printable(problem.pointer) + ": ";
    text += problem.what;
    if (!problem.suggestion.empty())
        text += "; " + problem.suggestion;
    return text;
}

bool hasErrors(const std::vector<Problem>& problems) {
    return std::any_of(problems.begin(), problems.end(),
                       [](const Problem& p) { return p.severity == Problem::Severity::error; });
}

}  // namespace podd
