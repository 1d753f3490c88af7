// SPDX-License-Identifier: LGPL-2.1-or-later
// Descriptors of network namespaces that systemd keeps for this service while it is not there (sd_pid_notify_with_fds(3)).
#pragma once

#include <map>
#include <string>

#include "base/fd.h"

namespace podd {

// What systemd has passed to this process.
struct PassedDescriptors {
    UniqueFd listener;                           // of podd-network.socket
    std::map<std::string, UniqueFd> namespaces;  // by instance
};
PassedDescriptors takePassedDescriptors();

void keepNamespace(const std::string& instance, int netns);
void dropNamespace(const std::string& instance);

}  // namespace podd
