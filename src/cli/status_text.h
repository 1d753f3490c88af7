// SPDX-License-Identifier: LGPL-2.1-or-later
// The text of `podctl status` without the log lines: pure, from a snapshot and the time.
#pragma once

#include <string>

#include "cli/snapshot.h"
#include "cli/terminal.h"

namespace podd::cli {

std::string podStatusText(const PodStatus& pod, uint64_t now, const Style& style);
std::string instanceStatusText(const InstanceStatus& instance, uint64_t now, const Style& style);

// The colour that a state of a pod, an instance or a container is shown in; `none` for what is neither good
// nor bad news.
Style::Ink inkOf(std::string_view state);

// The exit status that the LSB wants: 0 when it runs, 3 when it does not.
int lsbStatus(const PodStatus& pod);
int lsbStatus(const InstanceStatus& instance);

}  // namespace podd::cli
