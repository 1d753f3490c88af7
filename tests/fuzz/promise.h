// SPDX-License-Identifier: LGPL-2.1-or-later
// What a fuzzer does when a promise does not hold: say which, and abort, so that libFuzzer keeps the input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

namespace podd::fuzz {

inline void promise(bool holds, std::string_view what, std::string_view detail = "") {
    if (holds)
        return;
    std::cerr << "does not hold: " << what << '\n' << detail << '\n';
    std::abort();
}

inline std::string_view textOf(const uint8_t* data, size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

}  // namespace podd::fuzz
