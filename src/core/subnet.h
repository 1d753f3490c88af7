// SPDX-License-Identifier: LGPL-2.1-or-later
// Addresses of one network by number: number 1 is the host's, and an instance has the same number in each family.
#pragma once

#include <cstdint>
#include <string>

#include "model/ip_prefix.h"

namespace podd {

class Subnet {
public:
    // "10.213.0.0/16"; throws Error for what is no prefix, or has no room for 254 instances.
    explicit Subnet(const std::string& text);

    int32_t family() const { return prefix_.family; }  // AF_INET, AF_INET6
    uint64_t last() const { return last_; }  // the highest number for an instance; at most 65534, whatever the family
    std::string address(uint64_t number) const;            // "10.213.0.17"
    std::string addressWithLength(uint64_t number) const;  // "10.213.0.17/16"
    std::string text() const { return prefixText(prefix_); }

private:
    IpPrefix prefix_;
    uint64_t last_ = 0;
};

}  // namespace podd
