// SPDX-License-Identifier: LGPL-2.1-or-later
// How much a definition may ask for. The lower bounds and defaults are Marathon's; the upper ones are podd's
// own, far above any host, so that MiB turned into bytes and summed over all containers of all instances stay
// within 64 bits.
#pragma once

#include <cstddef>

namespace podd {

constexpr size_t kMaxContainers = 64;
constexpr size_t kMaxVolumes = 64;
constexpr size_t kMaxLabels = 512;  // each becomes a variable of every container
constexpr size_t kMaxArguments = 8192;
constexpr size_t kMaxMounts = 256;  // of one container
constexpr size_t kMaxNetworks = 64;
constexpr size_t kMaxEndpoints = 256;   // of a pod
constexpr size_t kMaxIpPrefixes = 256;  // of each of the two lists
constexpr size_t kMaxProtocols = 16;    // of one endpoint
constexpr size_t kMaxSecrets = 512;
constexpr size_t kMaxArtifacts = 256;    // of one container
constexpr size_t kMaxConstraints = 256;  // on hosts, and on the disks of one volume
constexpr size_t kMaxRoles = 64;
constexpr size_t kMaxEnvironment = 512;               // variables of one container, the pod's included
constexpr size_t kMaxArgumentSize = size_t{1} << 20;  // bytes of arguments and environment; see execve(2)
constexpr unsigned kMaxInstances = 1000;

constexpr double kMinCpus = 0.001;
constexpr double kMaxCpus = 65536;      // of one container, and of an instance
constexpr double kMinMem = 0.001;       // MiB
constexpr double kMaxMem = 1073741824;  // MiB (a PiB), of one container, and of an instance

constexpr double kMinExecutorCpus = 0.1;
constexpr double kMinExecutorMem = 32;   // MiB
constexpr double kMinExecutorDisk = 10;  // MiB

constexpr double kMaxDisk = kMaxMem;   // MiB, of one container or volume, and of an instance
constexpr unsigned kMaxGpus = 1024;    // of one container
constexpr unsigned kMaxShm = 1048576;  // MiB (a TiB)

constexpr double kMaxKillGrace = 86400;       // seconds
constexpr unsigned kMaxSeconds = 2147483647;  // of checks and delays: Marathon's int
constexpr double kMaxBackoffFactor = 1000;

}  // namespace podd
