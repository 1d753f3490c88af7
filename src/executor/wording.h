// SPDX-License-Identifier: LGPL-2.1-or-later
// From {step, errno} of a podd-init to a sentence for people: object, step, cause, and what to do where that
// is obvious.
#pragma once

#include <string>
#include <vector>

#include "model/init_protocol.h"
#include "model/launch_plan.h"

namespace podd {

// "container 'db': mount '/srv/data' of volume 'data': No such file or directory"
std::string wording(const ContainerPlan& container, const InitReport& report);

// The same of another command than the container's own, which failed on its way into it: "command 'x': not found in …"
std::string wordingOfCommand(ContainerPlan container, const std::vector<std::string>& argv, const InitReport& report);

}  // namespace podd
