// SPDX-License-Identifier: LGPL-2.1-or-later
// What of a definition reaches beyond the pod, so that whoever applies it needs more than the right to manage pods.
#pragma once

#include <string>
#include <vector>

#include "model/pod_spec.h"

namespace podd {

// In words ("the host's /etc as a volume"): paths of the host outside of `allowedHostPaths`, the host's IPC namespace,
// containers without a filter of system calls.
std::vector<std::string> reachesBeyond(const PodSpec& spec, const std::vector<std::string>& allowedHostPaths);

}  // namespace podd
