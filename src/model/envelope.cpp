// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/envelope.h"

#include <array>
#include <boost/crc.hpp>
#include <cstdio>

#include "base/strings.h"

namespace podd {

namespace {

std::string header(std::string_view kind, std::string_view body) {
    boost::crc_32_type crc;
    crc.process_bytes(body.data(), body.size());
    std::array<char, 9> checksum{};
    (void)std::snprintf(checksum.data(), checksum.size(), "%08x", crc.checksum());
    return cat("# podd 1 ", kind, " crc32=", checksum.data(), " length=", body.size(), '\n');
}

}  // namespace

std::string sealed(std::string_view kind, std::string_view body) {
    return header(kind, body).append(body);
}

std::optional<std::string> unsealed(std::string_view kind, std::string_view text) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos)
        return std::nullopt;
    const std::string_view body = text.substr(end + 1);
    if (text.substr(0, end + 1) != header(kind, body))
        return std::nullopt;
    return std::string(body);
}

}  // namespace podd
