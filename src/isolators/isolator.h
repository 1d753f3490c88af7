// SPDX-License-Identifier: LGPL-2.1-or-later
// One aspect of isolation, under the name that Mesos gives it. An isolator has no memory: it turns a definition into
// steps and unit properties of the plan, and what must be known later is in the kernel or in the instance's record.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base_plan.h"
#include "core/usage.h"
#include "model/problem.h"

namespace podd {

class Isolator {
public:
    virtual ~Isolator() = default;
    virtual std::string_view name() const = 0;  // "cgroups/mem"

    // What it cannot do for this definition, with the pointers of what asks for it: then the pod is not launched.
    virtual void check(const PodSpec&, std::vector<Problem>&) const {}

    // Adds what this isolator contributes; touches nothing outside the plan.
    virtual void prepare(const InstanceView&, InstancePlan&) const {}

    // Adds what it knows about a unit, whose cgroup's directory is `group`.
    virtual void usage(const std::string& /*group*/, Usage&) const {}
};

}  // namespace podd
