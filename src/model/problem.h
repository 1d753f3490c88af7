// SPDX-License-Identifier: LGPL-2.1-or-later
// What is wrong with a definition: where, and which rule. An expected outcome, so a value and not an exception.
#pragma once

#include <string>
#include <vector>

#include "base/enum_table.h"

namespace podd {

struct Problem {
    enum class Severity {
        error,    // the definition is refused
        warning,  // probably a mistake; refused with --strict
        note,     // true and valid, but worth knowing
    };

    Severity severity = Severity::error;
    std::string pointer{};     // JSON pointer (RFC 6901) of the field, "" for the whole document
    std::string what{};        // the rule that does not hold, with the value where it helps; no final period
    unsigned line = 0;         // of the offending value in the text, 1-based; 0 when it is not known
    unsigned column = 0;       // bytes, 1-based
    std::string value{};       // the offending value as JSON, shortened; of a text that is not JSON the line itself
    std::string suggestion{};  // what to write instead, as a phrase ("did you mean 'labels'?"); "" = none
    bool operator==(const Problem&) const = default;
};

constexpr auto kSeverities = makeEnumTable<Problem::Severity>({
    {Problem::Severity::error, "error"},
    {Problem::Severity::warning, "warning"},
    {Problem::Severity::note, "note"},
});

// "web.json:12:9: error: /containers/0/name: 'Web' may only contain …; did you mean 'web'?", as compilers write it.
std::string describe(const Problem& problem, const std::string& file);

bool hasErrors(const std::vector<Problem>& problems);

}  // namespace podd
