// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/strings.h"

namespace podd {

LineIndex::LineIndex(std::string_view text) : text_(text), starts_{0} {
    for (size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n', end + 1))
        starts_.push_back(end + 1);
}

TextPosition LineIndex::at(size_t offset) const {
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
    const auto line = static_cast<unsigned>(after - starts_.begin());
    return {line, static_cast<unsigned>(offset - *(after - 1) + 1)};
}

std::string_view LineIndex::line(size_t offset) const {
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
    const size_t start = *(after - 1);
    const std::string_view line = text_.substr(start, text_.find('\n', start) - start);
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

size_t keyOffset(std::string_view text, size_t valueOffset) {
    const size_t colon = text.rfind(':', valueOffset - 1);
    const size_t close = text.rfind('"', colon);
    size_t open = close;
    // Inside of the string a '"' has an odd number of '\' before it; before the opening one stands none.
    do
        open = text.rfind('"', open - 1);
    while (text[open - 1] == '\\');
    return open;
}

std::string pointerTo(std::string_view parent, std::string_view key) {
    std::string pointer(parent);
    pointer += '/';
    for (const char c : key) {
        if (c == '~' || c == '/')
            pointer += c == '~' ? "~0" : "~1";
        else
            pointer += c;
    }
    return pointer;
}

std::string pointerTo(std::string_view parent, size_t index) {
    return pointerTo(parent, std::to_string(index));
}

std::string jsonNumber(double number) {
    constexpr double kTiny = 1e-6;
    std::array<char, 400> buffer{};  // the largest double has 309 digits
    const bool tiny = number != 0 && std::abs(number) < kTiny;
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                            tiny ? std::chars_format::scientific : std::chars_format::fixed);
    return {buffer.data(), end};
}

std::string shortened(std::string_view text, size_t most) {
    if (text.size() <= most)
        return std::string(text);
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80)
        --most;  // not within a character
    return cat(text.substr(0, most), "...");
}

std::string shown(std::string_view text) {
    constexpr size_t kLongest = 60;
    return quoted(shortened(text, kLongest));
}

}  // namespace podd
