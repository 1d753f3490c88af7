// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/strings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <limits>
#include <numeric>

#include "base/characters.h"

namespace podd {

namespace {

size_t editDistance(std::string_view a, std::string_view b) {
    const auto same = [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
    };
    std::vector<size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 1; i <= a.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t replaced = diagonal + (same(a[i - 1], b[j - 1]) ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[b.size()];
}

std::string fixed(double value, int decimals) {
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, value);
    return buffer.data();
}

}  // namespace

size_t utf8Length(std::string_view text) {
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto continues = [&](size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
    if (byte(0) < 0x80)
        return 1;
    if (byte(0) >= 0xC2 && byte(0) <= 0xDF && continues(1))
        return 2;
    if (byte(0) >= 0xE0 && byte(0) <= 0xEF && continues(1) && continues(2)) {
        const bool overlong = byte(0) == 0xE0 && byte(1) < 0xA0;
        const bool surrogate = byte(0) == 0xED && byte(1) > 0x9F;
        return overlong || surrogate ? 0 : 3;
    }
    if (byte(0) >= 0xF0 && byte(0) <= 0xF4 && continues(1) && continues(2) && continues(3)) {
        const bool overlong = byte(0) == 0xF0 && byte(1) < 0x90;
        const bool beyond = byte(0) == 0xF4 && byte(1) > 0x8F;
        return overlong || beyond ? 0 : 4;
    }
    return 0;
}

void appendNumber(std::string& text, double number) {
    std::array<char, 32> digits{};
    const int size = std::snprintf(digits.data(), digits.size(), "%g", number);
    text.append(digits.data(), static_cast<size_t>(size));
}

std::string quoted(std::string_view text) {
    return cat('\'', printable(text), '\'');
}

std::string printable(std::string_view text) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const size_t length = utf8Length(text);
        const std::string_view character = text.substr(0, length == 0 ? 1 : length);
        if (length == 0 || isUnprintable(character)) {
            for (const char c : character) {
                const auto byte = static_cast<unsigned char>(c);
                out.append("\\x").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
            }
        } else {
            out.append(character);
        }
        text.remove_prefix(character.size());
    }
    return out;
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (size_t start = 0;;) {
        const size_t end = text.find(separator, start);
        parts.emplace_back(text.substr(start, end - start));
        if (end == std::string_view::npos)
            return parts;
        start = end + 1;
    }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string out;
    for (const std::string& part : parts) {
        if (&part != &parts.front())
            out += separator;
        out += part;
    }
    return out;
}

std::optional<uint64_t> parseUnsigned(std::string_view text) {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

const std::string* nearest(std::string_view word, const std::vector<std::string>& candidates) {
    constexpr size_t kLongestWord = 64;  // longer words are no misspellings of ours
    if (word.size() > kLongestWord)
        return nullptr;
    const std::string* best = nullptr;
    size_t bestDistance = 3;
    for (const std::string& candidate : candidates) {
        const size_t distance = editDistance(word, candidate);
        if (distance < bestDistance && distance < std::min(word.size(), candidate.size())) {
            bestDistance = distance;
            best = &candidate;
        }
    }
    return best;
}

std::string formatBytes(uint64_t bytes) {
    if (bytes == std::numeric_limits<uint64_t>::max())
        return "-";
    static constexpr std::array<const char*, 6> kUnits = {"K", "M", "G", "T", "P", "E"};
    if (bytes < 1024)
        return cat(bytes, "B");
    auto value = static_cast<double>(bytes);
    size_t unit = 0;
    for (value /= 1024; value >= 1024 && unit + 1 < kUnits.size(); ++unit)
        value /= 1024;
    return fixed(value, 1) + kUnits[unit];
}

std::string formatSize(uint64_t bytes) {
    std::string text = formatBytes(bytes);
    const char unit = text.back();
    text.back() = ' ';
    return unit == 'B' ? text + 'B' : cat(text, unit, "iB");
}

std::string formatSpan(uint64_t usec) {
    if (usec < 1000)
        return cat(usec, "us");
    if (usec < 1'000'000)
        return cat(usec / 1000, "ms");
    const uint64_t seconds = usec / 1'000'000;
    if (seconds < 60)
        return usec % 1'000'000 < 1000 ? cat(seconds, "s") : fixed(static_cast<double>(usec) / 1e6, 3) + "s";
    static constexpr std::array<std::pair<uint64_t, const char*>, 4> kParts = {
        {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}}};
    std::string out;
    uint64_t rest = seconds;
    int shown = 0;
    for (const auto& [size, name] : kParts) {
        if (rest < size || shown == 2)
            continue;
        out += cat(out.empty() ? "" : " ", rest / size, name);
        rest %= size;
        ++shown;
    }
    return out;
}

}  // namespace podd
