// SPDX-License-Identifier: LGPL-2.1-or-later
// Unit plans as arguments of StartTransientUnit.
#pragma once

#include "model/unit_plan.h"
#include "sd/handle.h"

namespace podd::sd {

// Appends a(sv).
void appendProperties(sd_bus_message* message, const std::vector<UnitProperty>& properties);
// Appends a(sa(sv)).
void appendUnits(sd_bus_message* message, const std::vector<UnitPlan>& units);
// Appends as.
void appendStrings(sd_bus_message* message, const std::vector<std::string>& strings);

}  // namespace podd::sd
