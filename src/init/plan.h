// SPDX-License-Identifier: LGPL-2.1-or-later
// The plan of one container, read in place from the sealed memfd on descriptor 4. The plan's author is not
// its proof: the seals, the version and every length are checked before anything is done.
#pragma once

#include "init/text.h"
#include "model/init_protocol.h"

namespace podd::init {

using Mount = InitMount<Text>;
template <typename... T>
using ListOf = List<T...>;
using Plan = InitPlan<Text, ListOf>;

// The plan, or the end of the process with a report.
Plan readPlan();

}  // namespace podd::init
