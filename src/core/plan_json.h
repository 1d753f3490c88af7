// SPDX-License-Identifier: LGPL-2.1-or-later
// A plan as JSON, for people and programs who want to know what a launch would do: every unit with its properties, every
// namespace, directory, mount, limit and right.
#pragma once

#include <string>

#include "core/base_plan.h"

namespace podd {

std::string planJson(const InstancePlan& plan);

}  // namespace podd
