// SPDX-License-Identifier: LGPL-2.1-or-later
// The records that executors keep of their instances, read from /run/podd/instances.
#pragma once

#include <optional>
#include <string>

#include "model/instance_record.h"
#include "model/names.h"

namespace podd {

// <run directory>/instances/<escaped instance>
std::string recordDirectory(const std::string& runDirectory, const InstanceId& id);

// Nothing when there is none, or none that is whole and of this instance.
std::optional<InstanceRecord> readRecord(const std::string& runDirectory, const InstanceId& id);

// That of the executor with this PID.
std::optional<InstanceRecord> findRecord(const std::string& runDirectory, int64_t executorPid);

}  // namespace podd
