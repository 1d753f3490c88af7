// SPDX-License-Identifier: LGPL-2.1-or-later
// An event as a line for people. Pure: text in, text out.
#pragma once

#include <string>

#include "cli/terminal.h"
#include "model/event.h"

namespace podd::cli {

// "Mar 02 10:00:00 instance-failed    /web.3: container 'db': exit 3\n"
std::string eventLine(const Event& event, const Style& style);

}  // namespace podd::cli
