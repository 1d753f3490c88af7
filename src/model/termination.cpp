// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/termination.h"

#include "base/strings.h"

namespace podd {

std::string Termination::text() const {
    return cat("instance ", quoted(instance), ": ", message);
}

}  // namespace podd
