// SPDX-License-Identifier: LGPL-2.1-or-later
// Definitions with one thing changed: a value, a key, a member doubled, removed or added. Deterministic.
#pragma once

#include <json/value.h>

#include <functional>
#include <string>
#include <vector>

namespace podd::testing {

struct Mutation {
    enum class Kind { value, key, twice, removed, added };

    Kind kind = Kind::value;
    std::string pointer;  // of what is changed, in the original; of the object for `added`
    std::string raw;      // the new value, key, second value or member, as JSON or something like it

    std::string text;   // the whole definition
    size_t offset = 0;  // where the change stands in it
    std::string name() const;
};

// Calls `visit` with every mutation of the definition; returns their number.
size_t mutate(const Json::Value& definition, const std::function<void(const Mutation&)>& visit);

}  // namespace podd::testing
