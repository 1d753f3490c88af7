// SPDX-License-Identifier: LGPL-2.1-or-later
// The problems found while a definition is read, in whatever order they are found; handed out in the order of
// the text. Their number is bounded, so that a hostile definition costs little and a broken one stays
// readable: what comes after enough errors is not kept, and too many warnings are an error.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/json_text.h"
#include "model/problem.h"

namespace podd {

class Findings {
public:
    static constexpr size_t kEnough = 100;  // of each severity

    // The text outlives this. `strict` turns warnings into errors.
    Findings(std::string_view text, bool strict) : text_(text), lines_(text), strict_(strict) {}

    std::string_view text() const { return text_; }
    bool strict() const { return strict_; }

    // Completes the problem with the place of `offset` in the text.
    void add(size_t offset, Problem problem);
    void add(std::vector<Problem> problems);

    // There is a field that was probably meant to be this one: the error about its name is one about this place, too.
    void misspelt(std::string pointer);

    bool hasErrorBelow(std::string_view pointer) const;       // at the pointer or below it
    bool hasErrorOnTheWayTo(std::string_view pointer) const;  // at the pointer or above it

    // The definition is refused and nothing more will be kept: looking for further problems is wasted.
    bool full() const { return counts_[0] > kEnough || counts_[1] > kEnough; }

    std::vector<Problem> take();

private:
    void put(Problem problem);
    size_t& count(Problem::Severity severity) { return counts_[static_cast<size_t>(severity)]; }

    std::string_view text_;
    LineIndex lines_;
    bool strict_;
    std::array<size_t, 3> counts_{};  // by severity
    std::vector<Problem> problems_;
    std::vector<std::string> misspelt_;
};

}  // namespace podd
