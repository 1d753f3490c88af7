// SPDX-License-Identifier: LGPL-2.1-or-later
// The settings of podd.conf(5) about networks.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/subnet.h"

namespace boost::program_options {
class options_description;
}

namespace podd {

struct NetworkConfig {
    std::string defaultNetwork = "podd";  // of container networks without a name
    std::optional<Subnet> ipv4{Subnet("10.213.0.0/16")};
    std::optional<Subnet> ipv6{Subnet("fd70:6f64:6400::/64")};  // of RFC 4193; "pod" in ASCII is 70 6f 64
};

// As they are written.
struct NetworkTexts {
    std::string defaultNetwork;
    std::string ipv4;
    std::string ipv6;
};
NetworkTexts textsOf(const NetworkConfig& config);

void addNetworkOptions(boost::program_options::options_description& options, NetworkTexts& texts);

// `placeOf` tells where a setting stands. Throws Error that begins with that place for a value that does not hold.
NetworkConfig readNetworks(const NetworkTexts& texts, const std::function<std::string(const std::string&)>& placeOf);

}  // namespace podd
