// SPDX-License-Identifier: LGPL-2.1-or-later
// Unit properties as data: what StartTransientUnit(3) of systemd1 gets. They are world-readable on every host, so
// nothing secret may stand in them.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/ip_prefix.h"

namespace podd {

// D-Bus types: bool b, int32_t i, uint64_t t, string s, vector<string> as, vector<uint32_t> au, pairs a(st) and a(ss),
// prefixes a(iayu).
using NumberPairs = std::vector<std::pair<std::string, uint64_t>>;
using TextPairs = std::vector<std::pair<std::string, std::string>>;
using IpPrefixes = std::vector<IpPrefix>;
using PropertyValue = std::variant<bool, int32_t, uint64_t, std::string, std::vector<std::string>,
                                   std::vector<uint32_t>, NumberPairs, TextPairs, IpPrefixes>;

struct UnitProperty {
    std::string name;  // as in org.freedesktop.systemd1(5)
    PropertyValue value;
    bool operator==(const UnitProperty&) const = default;
};

struct UnitPlan {
    std::string name;
    std::vector<UnitProperty> properties;

    void set(std::string property, PropertyValue value) {
        properties.push_back({std::move(property), std::move(value)});
    }
    bool operator==(const UnitPlan&) const = default;
};

}  // namespace podd
