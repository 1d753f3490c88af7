// SPDX-License-Identifier: LGPL-2.1-or-later
// From root to the container's user, with its capabilities and nothing beyond them. Every id is checked afterwards;
// inheritable and ambient capabilities are empty.
#pragma once

#include "init/plan.h"

namespace podd::init {

// Files are reached as the container's user would reach them, until seeAsRoot().
void seeAsUser(const Plan& plan);
void seeAsRoot();

// What no exec will give any more; this process keeps what it has.
void restrictBounds(const Plan& plan);

void setLimits(const Plan& plan);
void becomeUser(const Plan& plan);

}  // namespace podd::init
