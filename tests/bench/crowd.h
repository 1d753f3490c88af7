// SPDX-License-Identifier: LGPL-2.1-or-later
// Many pods: launched in one burst, and what one more costs beside many that run.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace podd::bench {

using NextNumber = std::function<uint64_t()>;  // a pod's number that is not used yet

// Launches and stops `pods` pods at once, their calls sent without waiting for an answer; a line of figures.
std::string burst(const std::string& payload, uint64_t pods, const NextNumber& next);

// Launches `pods` pods one after the other and compares the launches beside 20 pods with those beside `pods`: all in one
// group, then in groups of 20; a table of each.
std::string growth(const std::string& payload, uint64_t pods, const NextNumber& next);

}  // namespace podd::bench
