// SPDX-License-Identifier: LGPL-2.1-or-later
// The table of `podctl top`: pure, from two snapshots and the time between them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/snapshot.h"
#include "cli/terminal.h"

namespace podd::cli {

// One pod, instance or container; what is not known is kUnknown (negative for the share of processors).
struct TopRow {
    std::string name;  // "/web", "/web.3", "/web.3/nginx"
    double cpu = -1;   // of one processor, in percent
    uint64_t memory = 0;
    uint64_t memoryMax = 0;
    uint64_t read = 0;  // bytes a second
    uint64_t written = 0;
    uint64_t tasks = 0;
    uint64_t disk = 0;
    double pressure = -1;  // of memory, percent of the last 10 s
};

// Pods with what is in them, the busiest pod first.
std::vector<TopRow> topRows(const std::vector<PodStatus>& before, const std::vector<PodStatus>& now, uint64_t usec);

std::string topText(const std::vector<TopRow>& rows, const Style& style, bool legend);

}  // namespace podd::cli
