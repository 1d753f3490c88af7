// SPDX-License-Identifier: LGPL-2.1-or-later
// Addresses of the Internet, many at once: the words and prefixes that IPAddressAllow= of systemd.resource-control(5) takes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace podd {

struct IpPrefix {
    int32_t family = 0;            // AF_INET, AF_INET6
    std::vector<uint8_t> address;  // 4 bytes, 16 bytes, in the order of the network
    uint32_t length = 0;           // in bits; what comes after them is zero
    bool operator==(const IpPrefix&) const = default;
};

// "10.0.0.0/8", "fd00::1", or a word: any, localhost, link-local, multicast, which stand for one prefix of each family.
std::optional<std::string> whyNotIpPrefix(std::string_view text);

// What such a text stands for. Empty when it is none.
std::vector<IpPrefix> ipPrefixes(std::string_view text);

// "10.213.0.17" of "10.213.0.17/16"
std::string withoutLength(std::string_view address);

// "10.0.0.0/8"
std::string prefixText(const IpPrefix& prefix);

}  // namespace podd
