// SPDX-License-Identifier: LGPL-2.1-or-later
// Values of D-Bus properties, and objects as maps of them: what comes out of GetAll and GetManagedObjects.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/termination.h"

namespace podd::cli {

// Where an instance is reached, for one protocol.
struct EndpointRow {
    std::string container;
    std::string name;
    std::string protocol;        // tcp or udp
    uint64_t hostPort = 0;       // 0 = none
    uint64_t containerPort = 0;  // 0 = none of its own
    bool operator==(const EndpointRow&) const = default;
};

// A container network that an instance is on.
struct NetworkRow {
    std::string name;
    std::string interface;
    std::vector<std::string> addresses;  // "10.213.0.17/16"
    bool operator==(const NetworkRow&) const = default;
};

using TextMap = std::map<std::string, std::string>;
using Value = std::variant<std::string, bool, int64_t, uint64_t, double, std::vector<std::string>, TextMap,
                           std::vector<Termination>, std::vector<EndpointRow>, std::vector<NetworkRow>>;
using Properties = std::map<std::string, Value>;           // by name
using Interfaces = std::map<std::string, Properties>;      // by interface
using ManagedObjects = std::map<std::string, Interfaces>;  // by object path

// A number that no reading gives, e.g. of a memory meter that is not there.
constexpr uint64_t kUnknown = UINT64_MAX;

// The property, or an empty string, list or number when it is missing or of another type: an older podd may
// not have it yet.
std::string textOf(const Properties& properties, const std::string& name);
uint64_t numberOf(const Properties& properties, const std::string& name, uint64_t otherwise = 0);
int64_t signedOf(const Properties& properties, const std::string& name);
double realOf(const Properties& properties, const std::string& name);
std::vector<std::string> listOf(const Properties& properties, const std::string& name);
TextMap mapOf(const Properties& properties, const std::string& name);
std::vector<EndpointRow> endpointsOf(const Properties& instance);
std::vector<NetworkRow> networksOf(const Properties& instance);
// Those of its networks, without the lengths of prefixes.
std::vector<std::string> addressesOf(const Properties& instance);

// As `podctl show` prints it: times as dates, spans as words, unknown numbers as "[not set]".
std::string shown(const std::string& name, const Value& value);

}  // namespace podd::cli
