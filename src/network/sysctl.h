// SPDX-License-Identifier: LGPL-2.1-or-later
// Values below /proc/sys (sysctl(5)) by the path of their file.
#pragma once

#include <string>

namespace podd {

std::string readSysctl(const std::string& path);  // without the line break; "" when there is none

// Throws Error (writeSysctlIfExists: unless there is no such value).
void writeSysctl(const std::string& path, const std::string& value);
void writeSysctlIfExists(const std::string& path, const std::string& value);

}  // namespace podd
