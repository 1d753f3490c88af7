// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/error.h"

#include <system_error>

namespace podd {

void throwErrno(int number, std::string_view what) {
    throw Error(Errc::internal, std::string(what) + ": " + errnoText(number));
}

std::string errnoText(int number) {
    return std::generic_category().message(number);
}

}  // namespace podd
