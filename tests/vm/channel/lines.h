// SPDX-License-Identifier: LGPL-2.1-or-later
// What the two ends of a channel say to each other. A line is a letter, data in
// base64 and a newline, so that after anything that was cut off the next line is
// whole again. A host that was killed in the middle is therefore followed by one
// that begins with a newline and a request, and skips what was not meant for it.
//
//   host to machine   R token, user and command, each ended by a NUL: run it,
//                       and kill what ran before
//                     I input; without data: its end
//   machine to host   S token: what follows answers this request
//                     O, E output, errors
//                     X the exit status in decimal, after all output
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace channel {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kChunk = 48 * 1024;  // bytes of data in a line, at most

struct Line {
    char kind;
    std::string data;
};

inline std::string encode(char kind, std::string_view data) {
    std::string line(1, kind);
    line.reserve(data.size() * 4 / 3 + 6);
    for (std::size_t at = 0; at < data.size(); at += 3) {
        const std::string_view part = data.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            bits = bits << 8 | (i < part.size() ? static_cast<unsigned char>(part[i]) : 0U);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            line += i <= part.size() ? kDigits[bits >> (18 - 6 * i) & 63] : '=';
        }
    }
    return line += '\n';
}

inline std::string decode(std::string_view text) {
    std::string data;
    data.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : text) {
        std::uint32_t digit = 0;
        if (c >= 'A' && c <= 'Z') {
            digit = static_cast<std::uint32_t>(c - 'A');
        } else if (c >= 'a' && c <= 'z') {
            digit = static_cast<std::uint32_t>(c - 'a') + 26;
        } else if (c >= '0' && c <= '9') {
            digit = static_cast<std::uint32_t>(c - '0') + 52;
        } else if (c == '+' || c == '/') {
            digit = c == '+' ? 62 : 63;
        } else {
            break;
        }
        bits = bits << 6 | digit;
        held += 6;
        if (held >= 8) {
            held -= 8;
            data += static_cast<char>(bits >> held & 255);
        }
    }
    return data;
}

// Bytes in, whole lines out; empty lines are none.
class Lines {
public:
    void add(std::string_view bytes) { text_ += bytes; }

    std::optional<Line> next() {
        for (;;) {
            const std::size_t end = text_.find('\n', begin_);
            if (end == std::string::npos) {
                text_.erase(0, begin_);
                begin_ = 0;
                return std::nullopt;
            }
            const std::string_view line = std::string_view(text_).substr(begin_, end - begin_);
            begin_ = end + 1;
            if (!line.empty()) {
                return Line{line.front(), decode(line.substr(1))};
            }
        }
    }

private:
    std::string text_;
    std::size_t begin_ = 0;
};

}  // namespace channel
