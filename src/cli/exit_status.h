// SPDX-License-Identifier: LGPL-2.1-or-later
// How podctl ends: its exit statuses and how errors reach the user. The manual lists them.
#pragma once

#include <string_view>

#include "base/error.h"

namespace podd::cli {

constexpr int kSuccess = 0;
constexpr int kFailure = 1;
constexpr int kUsage = 2;
constexpr int kNotRunning = 3;  // of `status`, as the LSB and systemctl(1) have it
constexpr int kNoSuchPod = 4;   // the same
constexpr int kInterrupted = 130;

int exitStatus(Errc code);

// One line on stderr for each line of the text, the first with the program's name; fit for a terminal.
void complain(std::string_view text);

// The text with "pod '/web': " in front, unless it says so itself, as errors of podd do.
std::string aboutPod(std::string_view id, std::string_view text);

}  // namespace podd::cli
