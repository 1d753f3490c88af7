// SPDX-License-Identifier: LGPL-2.1-or-later
// The format of definitions once more, as one table that nothing of podd reads: for each field where it stands, whether
// it must be there, and what it takes. Tests compare podd's verdicts with it.
#pragma once

#include <json/value.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace podd::testing {

struct FieldRule {
    bool required = false;  // absence, and so null, is refused
    std::string type;
    std::vector<std::string> arguments;
};

// By pattern: a pointer with '#' for the index of an item and '*' for a name that is free to choose.
const std::map<std::string, FieldRule>& formatTable();

// The pattern of a pointer ("" when there is none), and the names of the fields that an object may have.
std::string patternOf(const std::string& pointer);
std::vector<std::string> fieldsOf(const std::string& pattern);

// Whether the field takes the value. Objects and lists: the type only; `either`: the operator next to it decides.
enum class Verdict { taken, refused, either };
Verdict verdictOf(const FieldRule& rule, const Json::Value& value);

}  // namespace podd::testing
