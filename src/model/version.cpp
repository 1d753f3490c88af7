// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/version.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace podd {

std::string versionText(uint64_t milliseconds) {
    const auto seconds = static_cast<time_t>(milliseconds / 1000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ", parts.tm_year + 1900,
                  parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                  static_cast<unsigned>(milliseconds % 1000));
    return text.data();
}

std::optional<uint64_t> parseVersion(std::string_view text) {
    const std::string copy(text);
    std::tm parts{};
    unsigned fraction = 0;
    if (std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3uZ", &parts.tm_year, &parts.tm_mon, &parts.tm_mday,
                    &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &fraction) != 7)
        return std::nullopt;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    const time_t seconds = ::timegm(&parts);
    if (seconds < 0)
        return std::nullopt;
    const uint64_t milliseconds = static_cast<uint64_t>(seconds) * 1000 + fraction;
    if (versionText(milliseconds) != text)
        return std::nullopt;
    return milliseconds;
}

std::string nextVersion(uint64_t nowMilliseconds, std::string_view latest) {
    const std::optional<uint64_t> last = parseVersion(latest);
    return versionText(last ? std::max(nowMilliseconds, *last + 1) : nowMilliseconds);
}

}  // namespace podd
