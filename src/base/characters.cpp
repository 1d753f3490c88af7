// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/characters.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace podd {

uint32_t codePoint(std::string_view character) {
    const auto first = static_cast<unsigned char>(character.front());
    uint32_t code = character.size() == 1 ? first : first & (0x7FU >> character.size());
    for (const char c : character.substr(1))
        code = code << 6 | (static_cast<unsigned char>(c) & 0x3F);
    return code;
}

bool isUnprintable(std::string_view character) {
    static constexpr std::array<uint32_t, 14> kSteering = {0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202B,
                                                           0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069};
    const uint32_t code = codePoint(character);
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || isNoCharacter(character) ||
           std::find(kSteering.begin(), kSteering.end(), code) != kSteering.end();
}

bool isNoCharacter(std::string_view character) {
    const uint32_t code = codePoint(character);
    return (code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE;
}

bool hasNoCharacter(std::string_view text) {
    while (!text.empty()) {
        const size_t length = std::max<size_t>(utf8Length(text), 1);
        if (length >= 3 && isNoCharacter(text.substr(0, length)))
            return true;
        text.remove_prefix(length);
    }
    return false;
}

}  // namespace podd
