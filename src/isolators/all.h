// SPDX-License-Identifier: LGPL-2.1-or-later
// The factories of the isolators, one for each file here; registry.cpp puts them in order.
#pragma once

#include <memory>

#include "isolators/isolator.h"

namespace podd {

std::unique_ptr<Isolator> makePidNamespaceIsolator();
std::unique_ptr<Isolator> makeIpcNamespaceIsolator();
std::unique_ptr<Isolator> makeSandboxPathIsolator();
std::unique_ptr<Isolator> makeHostPathIsolator();
std::unique_ptr<Isolator> makeCpuIsolator();
std::unique_ptr<Isolator> makeMemoryIsolator();

}  // namespace podd
