// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/ip_prefix.h"

#include <arpa/inet.h>

#include <array>

#include "base/strings.h"

namespace podd {

namespace {

struct Word {
    std::string_view name;
    std::string_view prefixes[2];
};

// systemd.resource-control(5), "Special address/network names".
constexpr Word kWords[] = {
    {"any", {"0.0.0.0/0", "::/0"}},
    {"localhost", {"127.0.0.0/8", "::1/128"}},
    {"link-local", {"169.254.0.0/16", "fe80::/64"}},
    {"multicast", {"224.0.0.0/4", "ff00::/8"}},
};

std::optional<IpPrefix> readAddress(std::string_view text) {
    const std::string terminated(text);
    for (const int family : {AF_INET, AF_INET6}) {
        std::vector<uint8_t> bytes(family == AF_INET ? 4 : 16);
        if (text.find('\0') == std::string_view::npos && ::inet_pton(family, terminated.c_str(), bytes.data()) == 1)
            return IpPrefix{family, bytes, static_cast<uint32_t>(bytes.size() * 8)};
    }
    return std::nullopt;
}

bool readLength(std::string_view text, uint32_t& length) {
    const std::optional<uint64_t> value = parseUnsigned(text);
    if (!value || *value > length || (text.size() > 1 && text[0] == '0'))
        return false;
    length = static_cast<uint32_t>(*value);
    return true;
}

std::optional<IpPrefix> readPrefix(std::string_view text) {
    const size_t slash = text.find('/');
    std::optional<IpPrefix> prefix = readAddress(text.substr(0, slash));
    if (prefix && slash != std::string_view::npos && !readLength(text.substr(slash + 1), prefix->length))
        return std::nullopt;
    return prefix;
}

std::vector<uint8_t> masked(const IpPrefix& prefix) {
    std::vector<uint8_t> bytes = prefix.address;
    for (size_t i = 0; i < bytes.size(); ++i) {
        const uint32_t kept = prefix.length > i * 8 ? prefix.length - static_cast<uint32_t>(i * 8) : 0;
        if (kept < 8)
            bytes[i] = static_cast<uint8_t>(bytes[i] & (0xff00U >> kept));
    }
    return bytes;
}

}  // namespace

std::vector<IpPrefix> ipPrefixes(std::string_view text) {
    for (const Word& word : kWords)
        if (word.name == text)
            return {*readPrefix(word.prefixes[0]), *readPrefix(word.prefixes[1])};
    const std::optional<IpPrefix> prefix = readPrefix(text);
    return prefix && masked(*prefix) == prefix->address ? std::vector<IpPrefix>{*prefix} : std::vector<IpPrefix>{};
}

std::optional<std::string> whyNotIpPrefix(std::string_view text) {
    if (!ipPrefixes(text).empty())
        return std::nullopt;
    const std::optional<IpPrefix> prefix = readPrefix(text);
    if (!prefix)
        return "must be an address, a prefix such as 10.0.0.0/8 or fd00::/8, or one of: any, localhost, link-local, "
               "multicast";
    return cat("has bits beyond its prefix; the prefix is ",
               prefixText({prefix->family, masked(*prefix), prefix->length}));
}

std::string withoutLength(std::string_view address) {
    return std::string(address.substr(0, address.find('/')));
}

std::string prefixText(const IpPrefix& prefix) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(prefix.family, prefix.address.data(), text.data(), text.size());
    return cat(text.data(), '/', prefix.length);
}

}  // namespace podd
