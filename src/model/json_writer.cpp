// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/json_writer.h"

#include <algorithm>
#include <cstdint>

#include "base/characters.h"
#include "base/strings.h"
#include "model/json_text.h"

namespace podd {

namespace {

// What a terminal would obey is written as an escape: the text is the same to every reader, and safe to show.
std::string quotedJson(std::string_view text) {
    static constexpr std::string_view kSpecial = "\"\\\b\f\n\r\t";
    static constexpr std::string_view kLetters = "\"\\bfnrt";
    static constexpr std::string_view kHex = "0123456789abcdef";
    const auto escape = [&](std::string& out, uint32_t unit) {
        out += "\\u";
        for (int shift = 12; shift >= 0; shift -= 4)
            out += kHex[unit >> shift & 15];
    };
    std::string out = "\"";
    while (!text.empty()) {
        const std::string_view character = text.substr(0, std::max<size_t>(utf8Length(text), 1));
        text.remove_prefix(character.size());
        const uint32_t code = codePoint(character);
        if (const size_t which = kSpecial.find(character); which != std::string_view::npos)
            out.append(1, '\\').append(1, kLetters[which]);
        else if (!isUnprintable(character))
            out += character;
        else if (code < 0x10000)
            escape(out, code);
        else
            escape(out, 0xD800 + ((code - 0x10000) >> 10)), escape(out, 0xDC00 + ((code - 0x10000) & 0x3FF));
    }
    return out + '"';
}

}  // namespace

void JsonWriter::open(char bracket) {
    out_ += bracket;
    first_ = true;
    ++depth_;
}

void JsonWriter::close(char bracket) {
    --depth_;
    if (!first_)
        newLine();
    out_ += bracket;
    first_ = false;
}

void JsonWriter::item() {
    if (!first_)
        out_ += ',';
    newLine();
    first_ = false;
}

JsonWriter& JsonWriter::key(std::string_view name) {
    item();
    out_ += quotedJson(name) + ": ";
    return *this;
}

void JsonWriter::text(std::string_view value) {
    out_ += quotedJson(value);
}

void JsonWriter::number(double value) {
    out_ += jsonNumber(value);
}

void JsonWriter::boolean(bool value) {
    out_ += value ? "true" : "false";
}

}  // namespace podd
