// SPDX-License-Identifier: LGPL-2.1-or-later
// The parts of validate(): each adds the rules of its area that do not hold.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/pod_spec.h"
#include "model/problem.h"

namespace podd {

using Problems = std::vector<Problem>;

void refuse(Problems& problems, std::string pointer, std::string what, std::string suggestion = "");

// `name` refers to nothing; the nearest of what it could have meant is suggested.
void refuseReference(Problems& problems, std::string pointer, const std::string& name, std::string_view what,
                     const std::vector<std::string>& declared);

void checkNetworks(const PodSpec& spec, Problems& problems);  // networks and endpoints
void checkIpAddresses(const IpAddressAccess& access, Problems& problems);
void checkScheduling(const PodSpec& spec, Problems& problems);
void checkSecrets(const PodSpec& spec, Problems& problems);  // references to them
void checkIpc(const std::optional<IpcInfo>& ipc, std::string_view at, Problems& problems);
void checkContainer(const PodSpec& spec, size_t index, Problems& problems);  // what concerns one container only

}  // namespace podd
