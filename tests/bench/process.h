// SPDX-License-Identifier: LGPL-2.1-or-later
// Programs as their users start them.
#pragma once

#include <string>
#include <vector>

namespace podd::bench {

// Runs a program of PATH until it ends; throws Error with what it wrote when it fails.
void run(const std::vector<std::string>& command);

// Whether PATH has such a program.
bool isInstalled(const std::string& program);

}  // namespace podd::bench
