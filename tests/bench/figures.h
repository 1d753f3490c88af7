// SPDX-License-Identifier: LGPL-2.1-or-later
// Samples to figures to one table.
#pragma once

#include <string>
#include <vector>

#include "subject.h"

namespace podd::bench {

struct Sample {
    double startMs = 0;
    double stopMs = 0;
    double cpuMs = 0;      // of all processes, for the start
    double managerMs = 0;  // of PID 1, for the start
};

struct Row {
    std::string name;
    std::vector<Sample> samples;
    std::string floor = {};  // the name of the row that its ratios are to
    std::string note = {};   // why there are no samples
};

// Starts and stops one pod.
Sample measure(Subject& subject, uint64_t number);

// The rows side by side. Where the floor of a row was not measured its ratios are to the first that has the same one.
std::string table(const std::vector<Row>& rows);

}  // namespace podd::bench
