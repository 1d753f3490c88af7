// SPDX-License-Identifier: LGPL-2.1-or-later
// The factories of the isolators, one for each file here; registry.cpp puts them in order. Settings outlive what is made
// with them.
#pragma once

#include <memory>

#include "isolators/isolator.h"
#include "isolators/settings.h"

namespace podd {

std::unique_ptr<Isolator> makeLinuxFilesystemIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeSharedFilesystemIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makePidNamespaceIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeIpcNamespaceIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeNetworkNamespaceIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeBridgeNetworkIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeCniNetworkIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeUtsNamespaceIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeSandboxPathIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeHostPathIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeCpuIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeMemoryIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makePidsIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeBlockIoIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeDevicesIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeIpAccessIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makePosixCpuIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makePosixMemoryIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makePosixDiskIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeDiskUsageIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeResourceLimitsIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeCapabilitiesIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeSeccompIsolator(const IsolationSettings& settings);
std::unique_ptr<Isolator> makeNoNewPrivilegesIsolator(const IsolationSettings& settings);

}  // namespace podd
