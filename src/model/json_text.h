// SPDX-License-Identifier: LGPL-2.1-or-later
// The strict reading of JSON: RFC 8259 and nothing more. JsonCpp accepts more than that (comments, duplicate
// keys, NUL, bytes that are not UTF-8, any depth) and is vague about places, so every text passes here first:
// one pass over the bytes, no values made. What passes is safe to hand to JsonCpp, which then reads the same
// values that any other strict parser would read.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/problem.h"

namespace podd {

constexpr size_t kMaxJsonSize = size_t{256} << 10;  // bytes
constexpr size_t kMaxJsonDepth = 32;                // objects and lists around a value, the value's own included
constexpr size_t kMaxJsonValues = 32768;            // of all kinds; bounds what they take as Json::Value

struct JsonCheck {
    std::vector<Problem> problems;  // in the order of the text
    bool whole = false;             // the text was read to its end: it is JSON, if perhaps with duplicate keys
};

// What is wrong with the text: duplicate keys, and at most one error that ends the reading. Without problems
// it is strict JSON without NUL, within the limits, and all of its numbers are within the range of a double.
JsonCheck checkJson(std::string_view text);

struct TextPosition {
    unsigned line = 0;    // 1-based
    unsigned column = 0;  // bytes, 1-based
};

// Turns offsets into lines and columns. The text outlives it.
class LineIndex {
public:
    explicit LineIndex(std::string_view text);
    TextPosition at(size_t offset) const;
    std::string_view line(size_t offset) const;  // that it is in, without its end

private:
    std::string_view text_;
    std::vector<size_t> starts_;
};

// In a text that passed checkJson(): where the key of a member begins whose value begins at `valueOffset`.
size_t keyOffset(std::string_view text, size_t valueOffset);

// "/parent/key" with '~' and '/' of the key as RFC 6901 writes them.
std::string pointerTo(std::string_view parent, std::string_view key);
std::string pointerTo(std::string_view parent, size_t index);

// The shortest decimal that reads back as the same number: 3, 0.1; never in the form 1e+05, unless it is
// tiny.
std::string jsonNumber(double number);

// The first bytes of a text, never a part of a character, with "..." behind them where there is more.
std::string shortened(std::string_view text, size_t most);

// Text of a definition as it is shown in messages: quoted, printable and never long.
std::string shown(std::string_view text);

}  // namespace podd
