// SPDX-License-Identifier: LGPL-2.1-or-later
// The journal fields that all lines of one stream of one container share: whose line it is, in the words of
// podd, and the three units it belongs to. journald shows an entry under `journalctl -u UNIT` for each
// OBJECT_SYSTEMD_UNIT= that root has sent, also when the unit is gone.
#pragma once

#include <string>
#include <string_view>

#include "model/launch_plan.h"

namespace podd {

// Whose the entry is and where it stands, without saying what wrote it.
std::string originFields(const LaunchPlan& plan, const ContainerPlan& container);

// Lines "NAME=value\n"; `stream` is "stdout" or "stderr".
std::string journalFields(const LaunchPlan& plan, const ContainerPlan& container, std::string_view stream);

}  // namespace podd
