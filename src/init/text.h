// SPDX-License-Identifier: LGPL-2.1-or-later
// Strings and lists that point into the plan; nothing is copied and nothing is freed, since an exec ends it
// all.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace podd::init {

struct Text {
    const char* data = "";  // with a NUL behind the last byte
    size_t size = 0;

    const char* c_str() const { return data; }
    bool empty() const { return size == 0; }
};

template <typename T>
struct List {
    T* items = nullptr;
    size_t count = 0;

    T* begin() const { return items; }
    T* end() const { return items + count; }
    const T& operator[](size_t i) const { return items[i]; }
};

}  // namespace podd::init
