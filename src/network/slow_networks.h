// SPDX-License-Identifier: LGPL-2.1-or-later
// Networks of the Container Network Interface, as attachments.h needs them.
#pragma once

#include "network/attachments.h"

namespace podd {

SlowNetworks slowNetworks();

}  // namespace podd
