// SPDX-License-Identifier: LGPL-2.1-or-later
// Results of libsystemd calls (negative errno) to exceptions.
#pragma once

#include <string_view>

#include "base/error.h"

namespace podd::sd {

// The result when it is >= 0; throws Error "what: strerror" otherwise.
inline int check(int result, std::string_view what) {
    if (result < 0)
        throwErrno(-result, what);
    return result;
}

}  // namespace podd::sd
