// SPDX-License-Identifier: LGPL-2.1-or-later
// From root to the container's user. Every id is checked afterwards; inheritable and ambient capabilities are
// empty.
#pragma once

#include "init/plan.h"

namespace podd::init {

void becomeUser(const Plan& plan);

}  // namespace podd::init
