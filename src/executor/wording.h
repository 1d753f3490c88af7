// SPDX-License-Identifier: LGPL-2.1-or-later
// From {step, errno} of a podd-init to a sentence for people: object, step, cause, and what to do where that
// is obvious.
#pragma once

#include <string>

#include "model/init_protocol.h"
#include "model/launch_plan.h"

namespace podd {

// "container 'db': mount '/srv/data' of volume 'data': No such file or directory"
std::string wording(const ContainerPlan& container, const InitReport& report);

}  // namespace podd
