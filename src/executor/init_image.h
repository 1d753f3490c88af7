// SPDX-License-Identifier: LGPL-2.1-or-later
// podd-init as a sealed copy in memory. A container's program could reach the file that its podd-init was
// started from (CVE-2019-5736); nobody can write to the copy. It also stays what the spawner was started with
// while the package is upgraded below it.
#pragma once

#include <string>

#include "base/fd.h"

namespace podd {

UniqueFd sealedProgram(const std::string& path);

}  // namespace podd
