// SPDX-License-Identifier: LGPL-2.1-or-later
// Characters that texts of users may hold and that need care: those that a terminal obeys instead of showing them, and
// code points that are none, which D-Bus does not carry.
#pragma once

#include <cstdint>
#include <string_view>

namespace podd {

// The code point of one valid UTF-8 sequence.
uint32_t codePoint(std::string_view character);

// Control characters, marks that change the direction of text, separators of lines, and what is no character.
bool isUnprintable(std::string_view character);

// U+FDD0 to U+FDEF and the last two of each plane: forbidden in I-JSON (RFC 7493), and refused by sd-bus.
bool isNoCharacter(std::string_view character);

// Whether there is any of them in a text.
bool hasNoCharacter(std::string_view text);

}  // namespace podd
