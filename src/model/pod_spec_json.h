// SPDX-License-Identifier: LGPL-2.1-or-later
// The door: text to PodSpec and back. Strict (RFC 8259 and nothing more; see json_text.h), complete (every
// problem of a definition is reported at once, with pointer, line and column), and the only place besides
// other *_json.cpp files that knows JsonCpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/pod_spec.h"
#include "model/problem.h"

namespace podd {

struct ParsedPod {
    PodSpec spec;                   // meaningful only when there are no errors
    std::vector<Problem> problems;  // in the order of the text; warnings among them
    bool ok() const { return !hasErrors(problems); }
};

// Reads, checks (validate.h) and normalises a definition. Never throws for any input.
// `strict` makes unknown fields errors instead of warnings.
ParsedPod parsePod(std::string_view text, bool strict = false);

// The canonical form: keys in the order of the format's documentation, every default written out, two spaces of
// indentation, one final newline. Two definitions mean the same exactly when these are equal, and
// parsePod(canonicalJson(spec)).spec == spec.
std::string canonicalJson(const PodSpec& spec);

}  // namespace podd
