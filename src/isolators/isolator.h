// SPDX-License-Identifier: LGPL-2.1-or-later
// One aspect of isolation, under the name that Mesos gives it. An isolator has no memory: it turns a definition into
// steps and unit properties of the plan, and what must be known later is in the kernel or in the instance's record.
#pragma once

#include <string_view>

#include "core/base_plan.h"

namespace podd {

class Isolator {
public:
    virtual ~Isolator() = default;
    virtual std::string_view name() const = 0;  // "cgroups/mem"

    // Adds what this isolator contributes; touches nothing outside the plan.
    virtual void prepare(const InstanceView& view, InstancePlan& plan) const = 0;
};

}  // namespace podd
