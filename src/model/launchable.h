// SPDX-License-Identifier: LGPL-2.1-or-later
// What a valid definition asks for that this build cannot do: it is kept, but not launched.
#pragma once

#include <vector>

#include "model/pod_spec.h"
#include "model/problem.h"

namespace podd {

// Each with its pointer; none = it can be launched.
std::vector<Problem> launchObstacles(const PodSpec& spec);

}  // namespace podd
