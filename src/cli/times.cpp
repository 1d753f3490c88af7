// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/times.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <iomanip>
#include <sstream>
#include <utility>

#include "base/strings.h"

namespace podd::cli {

namespace {

constexpr uint64_t kSecond = 1'000'000;
constexpr uint64_t kMinute = 60 * kSecond;
constexpr uint64_t kHour = 60 * kMinute;
constexpr uint64_t kDay = 24 * kHour;

std::tm localTime(uint64_t usec) {
    const auto seconds = static_cast<time_t>(usec / kSecond);
    std::tm broken{};
    ::localtime_r(&seconds, &broken);
    return broken;
}

std::string formatted(uint64_t usec, const char* format) {
    const std::tm broken = localTime(usec);
    std::ostringstream text;
    text << std::put_time(&broken, format);  // in the classic locale, so that names of days are English
    return text.str();
}

std::optional<uint64_t> fromLocal(std::tm broken) {
    broken.tm_isdst = -1;  // mktime(3) finds out whether daylight saving was in force then
    const time_t seconds = std::mktime(&broken);
    if (seconds < 0)
        return std::nullopt;
    return static_cast<uint64_t>(seconds) * kSecond;
}

uint64_t midnight(uint64_t now, int daysAgo) {
    std::tm broken = localTime(now);
    broken.tm_hour = broken.tm_min = broken.tm_sec = 0;
    broken.tm_mday -= daysAgo;
    return fromLocal(broken).value_or(0);
}

// A calendar time in one of the accepted forms; what a form leaves out is today's date or 00:00:00.
std::optional<uint64_t> calendarTime(const std::string& text, uint64_t now) {
    for (const char* format :
         {"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%H:%M:%S", "%H:%M"}) {
        std::tm broken = localTime(now);
        broken.tm_hour = broken.tm_min = broken.tm_sec = 0;
        const char* end = ::strptime(text.c_str(), format, &broken);
        if (end != nullptr && *end == '\0')
            return fromLocal(broken);
    }
    return std::nullopt;
}

// The first digits (with a fraction) of the text, which are removed from it.
std::optional<double> takeNumber(std::string_view& text) {
    if (text.empty() || (text[0] != '.' && (text[0] < '0' || text[0] > '9')))
        return std::nullopt;  // from_chars() would also take a sign, "inf" and "nan"
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{})
        return std::nullopt;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return number;
}

std::optional<uint64_t> takeUnit(std::string_view& text) {
    // clang-format off
    static constexpr std::array<std::pair<std::string_view, uint64_t>, 14> kUnits = {{
        {"us", 1}, {"ms", 1000}, {"", kSecond}, {"s", kSecond}, {"sec", kSecond}, {"m", kMinute}, {"min", kMinute},
        {"h", kHour}, {"hour", kHour}, {"hours", kHour}, {"d", kDay}, {"day", kDay}, {"days", kDay}, {"w", 7 * kDay},
    }};
    // clang-format on
    const size_t end = std::min(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz"), text.size());
    for (const auto& [name, size] : kUnits) {
        if (text.substr(0, end) == name) {
            text.remove_prefix(end);
            return size;
        }
    }
    return std::nullopt;
}

void skipSpaces(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

}  // namespace

uint64_t nowUsec() {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<uint64_t>(now.tv_sec) * kSecond + static_cast<uint64_t>(now.tv_nsec) / 1000;
}

std::string absoluteTime(uint64_t usec) {
    return usec == 0 ? "" : formatted(usec, "%a %Y-%m-%d %H:%M:%S %Z");
}

std::string relativeTime(uint64_t usec, uint64_t now) {
    if (usec == 0)
        return "";
    const uint64_t distance = usec > now ? usec - now : now - usec;
    // Fractions of a second are noise once there are whole ones.
    const std::string span = formatSpan(distance < kSecond ? distance : distance / kSecond * kSecond);
    if (distance < 1000)
        return "now";
    return usec > now ? "in " + span : span + " ago";
}

std::string sinceTime(uint64_t usec, uint64_t now) {
    return usec == 0 ? "" : cat(absoluteTime(usec), "; ", relativeTime(usec, now));
}

std::string logTime(uint64_t usec) {
    return formatted(usec, "%b %d %H:%M:%S");
}

std::optional<uint64_t> parseSpan(std::string_view text) {
    double total = 0;
    if (text.empty())
        return std::nullopt;
    while (!text.empty()) {
        const std::optional<double> number = takeNumber(text);
        skipSpaces(text);
        const std::optional<uint64_t> unit = takeUnit(text);
        if (!number || !unit)
            return std::nullopt;
        skipSpaces(text);
        total += *number * static_cast<double>(*unit);
    }
    constexpr double kLongest = 1e18;  // more than 30000 years, and still exact enough as an integer
    if (total > kLongest)
        return std::nullopt;
    return static_cast<uint64_t>(total);
}

std::optional<uint64_t> parseTime(std::string_view text, uint64_t now) {
    if (text == "now")
        return now;
    if (text == "today")
        return midnight(now, 0);
    if (text == "yesterday")
        return midnight(now, 1);
    if (text.starts_with('@')) {
        const std::optional<uint64_t> seconds = parseUnsigned(text.substr(1));
        return seconds && *seconds < UINT64_MAX / kSecond ? std::optional(*seconds * kSecond) : std::nullopt;
    }
    const bool ago = text.ends_with(" ago");
    if (ago || text.starts_with('-')) {
        const std::optional<uint64_t> span = parseSpan(ago ? text.substr(0, text.size() - 4) : text.substr(1));
        return span && *span <= now ? std::optional(now - *span) : std::nullopt;
    }
    return calendarTime(std::string(text), now);
}

}  // namespace podd::cli
