// SPDX-License-Identifier: LGPL-2.1-or-later
// The rules that span fields: unique names, mounts that refer to volumes, lengths of derived unit names, sums.
#pragma once

#include <vector>

#include "model/pod_spec.h"
#include "model/problem.h"

namespace podd {

// Every rule that does not hold, with the JSON pointer of the field; line and column are left 0.
std::vector<Problem> validate(const PodSpec& spec);

}  // namespace podd
