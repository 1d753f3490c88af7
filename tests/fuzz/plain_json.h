// SPDX-License-Identifier: LGPL-2.1-or-later
// The grammar of RFC 8259 once more, as short as it gets and without any limit but that of UTF-8 and of surrogate
// pairs: a second opinion on what is JSON.
#pragma once

#include <algorithm>
#include <string_view>

namespace podd::fuzz {

class PlainJson {
public:
    static bool accepts(std::string_view text) {
        PlainJson reader{text};
        return reader.element() && reader.rest_.empty();
    }

private:
    explicit PlainJson(std::string_view text) : rest_(text) {}

    void space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n\r"), rest_.size())); }
    bool eat(std::string_view token) {
        if (!rest_.starts_with(token))
            return false;
        rest_.remove_prefix(token.size());
        return true;
    }
    size_t eatAll(std::string_view set) {
        const size_t count = std::min(rest_.find_first_not_of(set), rest_.size());
        rest_.remove_prefix(count);
        return count;
    }

    bool element() {
        space();
        const bool good = value();
        space();
        return good;
    }
    bool value() {
        if (rest_.starts_with('"'))
            return string();
        if (eat("{"))
            return sequence("}", true);
        if (eat("["))
            return sequence("]", false);
        return eat("true") || eat("false") || eat("null") || number();
    }
    bool sequence(std::string_view close, bool keys) {
        space();
        if (eat(close))
            return true;
        do {
            space();
            if (keys && !(string() && (space(), eat(":"))))
                return false;
            if (!element())
                return false;
        } while (eat(","));
        return eat(close);
    }
    bool number() {
        eat("-");
        if (!eat("0") && eatAll("0123456789") == 0)
            return false;
        if (eat(".") && eatAll("0123456789") == 0)
            return false;
        if (!eat("e") && !eat("E"))
            return true;
        if (!eat("+"))
            eat("-");
        return eatAll("0123456789") > 0;
    }
    bool string() {
        if (!eat("\""))
            return false;
        while (!eat("\"")) {
            if (rest_.empty() || static_cast<unsigned char>(rest_.front()) < 0x20)
                return false;
            if (!(eat("\\") ? escape() : character()))
                return false;
        }
        return true;
    }
    bool escape() {
        if (!eat("u")) {
            const bool known = !rest_.empty() && std::string_view("\"\\/bfnrt").find(rest_.front()) != rest_.npos;
            rest_.remove_prefix(known ? 1 : 0);
            return known;
        }
        const int first = fourDigits();
        if (first >= 0xD800 && first < 0xDC00) {
            const int second = eat("\\u") ? fourDigits() : -1;
            return second >= 0xDC00 && second < 0xE000;
        }
        return first >= 0 && (first < 0xDC00 || first >= 0xE000);
    }
    int fourDigits() {
        int number = 0;
        for (int i = 0; i < 4; ++i) {
            const size_t digit = rest_.empty() ? 99 : std::string_view("0123456789abcdefABCDEF").find(rest_.front());
            if (digit > 21)
                return -1;
            number = number * 16 + static_cast<int>(digit < 16 ? digit : digit - 6);
            rest_.remove_prefix(1);
        }
        return number;
    }
    // UTF-8: the number of leading ones is the length, and the code must need that many bytes.
    bool character() {
        const auto byte = [&](size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(rest_[i])); };
        size_t length = 0;
        while (length < 5 && (byte(0) << length & 0x80) != 0)
            ++length;
        if (length == 1 || length == 5 || length > rest_.size())
            return false;
        unsigned code = length == 0 ? byte(0) : byte(0) & 0x7FU >> length;
        for (size_t i = 1; i < length; ++i) {
            if (byte(i) >> 6 != 2)
                return false;
            code = code << 6 | (byte(i) & 0x3F);
        }
        constexpr unsigned kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
        rest_.remove_prefix(length == 0 ? 1 : length);
        return code >= kLeast[length] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    }

    std::string_view rest_;
};

}  // namespace podd::fuzz
