// SPDX-License-Identifier: LGPL-2.1-or-later
// Small text helpers; GCC 12 has no std::format.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace podd {

// As printf's "%g" has it, which is also how streams do.
void appendNumber(std::string& text, double number);

// Anything that is a text, a character or a number.
template <typename Part>
void append(std::string& text, const Part& part) {
    if constexpr (std::is_convertible_v<const Part&, std::string_view>) {
        text += std::string_view(part);
    } else if constexpr (std::is_same_v<Part, char>) {
        text += part;
    } else if constexpr (std::is_floating_point_v<Part>) {
        appendNumber(text, part);
    } else {
        std::array<char, 24> digits;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by to_chars()
        text.append(digits.data(), std::to_chars(digits.begin(), digits.end(), part).ptr);
    }
}

// Concatenates what append() takes. Streams would cost a locale each time, and this is where most texts come from.
template <typename... Parts>
std::string cat(const Parts&... parts) {
    std::string text;
    (append(text, parts), ...);
    return text;
}

// 'text', as names are written in messages. Control characters are shown as \xNN.
std::string quoted(std::string_view text);

// The length of the UTF-8 sequence (RFC 3629) that a text begins with; 0 when it is not a valid one.
size_t utf8Length(std::string_view text);

// The text with control characters (and bytes that are not UTF-8) as \xNN, fit for a terminal or a log.
std::string printable(std::string_view text);

std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

// The whole text as a decimal number, or nothing.
std::optional<uint64_t> parseUnsigned(std::string_view text);

// The candidate nearest to `word` by edit distance (letter case ignored), if it is near enough (at most two
// edits, fewer than the word is long) to be worth a "did you mean"; nullptr otherwise.
const std::string* nearest(std::string_view word, const std::vector<std::string>& candidates);

// Bytes as people read them: "312.0M", as systemd writes them. "-" for the value that means unknown (2^64-1).
std::string formatBytes(uint64_t bytes);

// The same in a sentence: "64.0 MiB", "312 B".
std::string formatSize(uint64_t bytes);

// A time span as people read it: "1min 30s", "2.500s", "15ms".
std::string formatSpan(uint64_t usec);

}  // namespace podd
