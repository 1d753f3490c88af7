// SPDX-License-Identifier: LGPL-2.1-or-later
// The last argument of methods that change a pod: an a{sv} with options. One that a method does not know, or of another
// type, is refused (notSupported): a caller that asks for more than this podd can do must learn of it.
#pragma once

#include <systemd/sd-bus.h>

#include <set>
#include <string_view>

#include "manager/manager.h"

namespace podd {

ApplyOptions readOptions(sd_bus_message* message, const std::set<std::string_view>& known);

}  // namespace podd
