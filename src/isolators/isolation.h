// SPDX-License-Identifier: LGPL-2.1-or-later
// The isolators that the operator has selected, as one: what podd asks about isolation, it asks here. Made once at the
// start; what cannot be selected is an error then.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base_plan.h"
#include "core/usage.h"
#include "isolators/registry.h"
#include "isolators/settings.h"
#include "model/problem.h"

namespace podd {

class Isolation {
public:
    // `selection` are names of the table, in any order; nothing = those that are so by default, as far as this host can
    // run them, else another of their family. Throws Error for one that is not known, is there twice, excludes or lacks another, or cannot run here.
    Isolation(IsolationSettings settings, const std::optional<std::vector<std::string>>& selection,
              const HostFacts& host);
    Isolation(const Isolation&) = delete;
    Isolation& operator=(const Isolation&) = delete;

    struct Row {
        std::string_view name;
        std::string_view summary;
        bool selected = false;
        std::string problem;  // why this host cannot run it; "" = it can
    };
    const std::vector<Row>& rows() const { return rows_; }  // in the order of the table
    bool selected(std::string_view name) const;

    // What a valid definition asks for that this podd, as it is set up, cannot do. Each with its pointer.
    std::vector<Problem> obstacles(const PodSpec& spec) const;

    // The whole plan of one instance, whose definition has no obstacles.
    InstancePlan plan(const InstanceView& view) const;

    // What the unit uses whose cgroup's directory is `group`.
    Usage usage(const std::string& group) const;

private:
    void select(const std::vector<std::string>& names);
    void fillFamilies();

    IsolationSettings settings_;
    std::vector<Row> rows_;
    std::vector<std::unique_ptr<Isolator>> isolators_;
};

}  // namespace podd
