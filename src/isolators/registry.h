// SPDX-License-Identifier: LGPL-2.1-or-later
// The isolators of this build in the order in which they contribute, and what each needs of the host.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "isolators/isolator.h"
#include "isolators/settings.h"

namespace podd {

// What isolators need of a host, read once.
struct HostFacts {
    std::set<std::string> controllers;  // of the unified cgroup hierarchy
    std::set<std::string> namespaces;   // as in /proc/self/ns
    bool seccomp = false;
};
HostFacts readHostFacts(const std::string& cgroupRoot, const std::string& proc = "/proc");

struct IsolatorEntry {
    std::string_view name;
    std::string_view family;  // only one of a family can be selected; "" = it has none
    std::string_view needs;   // one of these isolators (separated by '|') has to be selected, too; "" = none
    std::string_view
        hostNeeds;   // "memory controller", "pid namespace": what the host has to have; "" = nothing special
    bool byDefault;  // selected when the operator says nothing
    std::unique_ptr<Isolator> (*make)(const IsolationSettings&);
    std::string_view summary;
};

// Order is meaning: prepare() runs from the first to the last.
const std::vector<IsolatorEntry>& isolatorTable();

// Why an isolator cannot work on this host; "" = it can.
std::string whyImpossible(const IsolatorEntry& entry, const HostFacts& host);

}  // namespace podd
