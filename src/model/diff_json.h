// SPDX-License-Identifier: LGPL-2.1-or-later
// What is different between two definitions, field by field. Lists whose items all have a name are compared by name, so
// that a container in front of the others does not make all of them different; that such a list has another order is one
// change of its own. A list of plain values (an argv) is one value, all other lists are compared by position.
#pragma once

#include <string>
#include <vector>

#include "base/enum_table.h"

namespace podd {

struct Change {
    enum class Kind { added, removed, changed };

    Kind kind = Kind::changed;
    // JSON pointer (RFC 6901), but with the names of named items in the place of their indices:
    // /containers/db/image/id.
    std::string path;
    // Compact JSON; "" where there is none. Of a list that has only changed its order, its names in both orders.
    std::string before{};
    std::string after{};
    bool operator==(const Change&) const = default;
};

constexpr auto kChangeKinds = makeEnumTable<Change::Kind>({
    {Change::Kind::added, "added"},
    {Change::Kind::removed, "removed"},
    {Change::Kind::changed, "changed"},
});

// The changes in the order of the texts, which are canonical JSON; either may be "": nothing there yet. Takes time and
// memory in proportion to the texts. Throws Error when a text is not JSON.
std::vector<Change> diffDefinitions(const std::string& before, const std::string& after);

}  // namespace podd
