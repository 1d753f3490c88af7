// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/subnet.h"

#include <algorithm>

#include "base/error.h"
#include "base/strings.h"

namespace podd {

namespace {

constexpr uint64_t kFewest = 254;
constexpr uint64_t kMost = 65534;

}  // namespace

Subnet::Subnet(const std::string& text) {
    const std::vector<IpPrefix> prefixes = ipPrefixes(text);
    if (prefixes.size() != 1)
        throw Error(Errc::internal,
                    cat(quoted(text), " is no network: ", whyNotIpPrefix(text).value_or("one is meant")));
    prefix_ = prefixes.front();
    const auto bits = static_cast<uint32_t>(prefix_.address.size() * 8) - prefix_.length;
    // The first number is the network's, the last one IPv4's broadcast.
    last_ = bits >= 16 ? kMost : (uint64_t{1} << bits) - std::min<uint64_t>(2, uint64_t{1} << bits);
    if (last_ < kFewest)
        throw Error(Errc::internal, cat(quoted(text), " has room for ", last_, " instances, 254 are the least"));
}

std::string Subnet::address(uint64_t number) const {
    return withoutLength(addressWithLength(number));
}

std::string Subnet::addressWithLength(uint64_t number) const {
    IpPrefix address = prefix_;
    address.address[address.address.size() - 1] |= static_cast<uint8_t>(number & 0xff);
    address.address[address.address.size() - 2] |= static_cast<uint8_t>(number >> 8 & 0xff);
    return prefixText(address);
}

}  // namespace podd
