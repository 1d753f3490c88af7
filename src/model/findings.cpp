// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/findings.h"

#include <algorithm>
#include <tuple>

#include "model/field_rules.h"

namespace podd {

void Findings::add(size_t offset, Problem problem) {
    const TextPosition position = lines_.at(offset);
    problem.line = position.line;
    problem.column = position.column;
    if (strict_ && problem.severity == Problem::Severity::warning)
        problem.severity = Problem::Severity::error;
    put(std::move(problem));
}

void Findings::add(std::vector<Problem> problems) {
    for (Problem& problem : problems)
        put(std::move(problem));
}

void Findings::put(Problem problem) {
    if (++count(problem.severity) <= kEnough)
        problems_.push_back(std::move(problem));
}

void Findings::misspelt(std::string pointer) {
    if (misspelt_.size() < kEnough)
        misspelt_.push_back(std::move(pointer));
}

bool Findings::hasErrorBelow(std::string_view pointer) const {
    const auto isBelow = [&](const std::string& place) { return isBelowOrSame(place, pointer); };
    return std::any_of(misspelt_.begin(), misspelt_.end(), isBelow) ||
           std::any_of(problems_.begin(), problems_.end(), [&](const Problem& problem) {
               return problem.severity == Problem::Severity::error && isBelowOrSame(problem.pointer, pointer);
           });
}

bool Findings::hasErrorOnTheWayTo(std::string_view pointer) const {
    const auto isAbove = [&](const std::string& place) { return isBelowOrSame(pointer, place); };
    return std::any_of(misspelt_.begin(), misspelt_.end(), isAbove) ||
           std::any_of(problems_.begin(), problems_.end(), [&](const Problem& problem) {
               return problem.severity == Problem::Severity::error && isBelowOrSame(pointer, problem.pointer);
           });
}

std::vector<Problem> Findings::take() {
    const auto place = [](const Problem& problem) { return std::tie(problem.line, problem.column); };
    std::stable_sort(problems_.begin(), problems_.end(),
                     [&](const Problem& a, const Problem& b) { return place(a) < place(b); });
    if (count(Problem::Severity::error) > kEnough)
        problems_.push_back({.what = "there are more errors, which are not shown"});
    if (count(Problem::Severity::warning) > kEnough)
        problems_.push_back({.what = "too many warnings"});
    return std::move(problems_);
}

}  // namespace podd
