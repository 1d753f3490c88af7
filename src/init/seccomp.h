// SPDX-License-Identifier: LGPL-2.1-or-later
// The filter of system calls, which podd has compiled; see seccomp(2).
#pragma once

#include "init/plan.h"

namespace podd::init {

// PR_SET_NO_NEW_PRIVS and the filter around becomeUser(): a filter without the flag needs CAP_SYS_ADMIN and comes
// before, with it the filter is the last thing that is done.
void filterBeforeUser(const Plan& plan);
void filterAfterUser(const Plan& plan);

}  // namespace podd::init
