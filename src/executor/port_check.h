// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a port of the host that an endpoint is to have is free, as far as the kernel knows (sock_diag(7)): podd knows of
// its own instances only, and sees no network.
#pragma once

#include <string>

#include "model/launch_plan.h"

namespace podd {

// Throws Error for the first that is not, with its holder: "endpoint 'http': port 8080/tcp is held by nginx.service, PID 812".
// `cgroupRoot` is where the unified hierarchy is mounted.
void refuseTakenPorts(const LaunchPlan& plan, const std::string& cgroupRoot);

}  // namespace podd
