// SPDX-License-Identifier: LGPL-2.1-or-later
// The isolators of this build in the order in which they contribute, and the plan that all of them make together.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "isolators/isolator.h"

namespace podd {

struct IsolatorEntry {
    std::string_view name;
    std::string_view summary;
    std::unique_ptr<Isolator> (*make)();
};

// Order is meaning: prepare() runs from the first to the last.
const std::vector<IsolatorEntry>& isolatorTable();

// The whole plan of one instance. Pure.
InstancePlan makePlan(const InstanceView& view);

}  // namespace podd
