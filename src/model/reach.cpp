// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/reach.h"

#include <algorithm>

#include "base/strings.h"
#include "model/names.h"

namespace podd {

namespace {

// What the text says is not where a link or ".." leads, so neither is taken for an allowed path.
bool isAllowed(const std::string& path, const std::vector<std::string>& allowed) {
    for (const std::string& part : split(path, '/'))
        if (part == "..")
            return false;
    return std::any_of(allowed.begin(), allowed.end(), [&](const auto& each) { return isSameOrBelow(path, each); });
}

}  // namespace

std::vector<std::string> reachesBeyond(const PodSpec& spec, const std::vector<std::string>& allowedHostPaths) {
    std::vector<std::string> found;
    for (const VolumeSpec& volume : spec.volumes)
        if (const auto* host = volume.as<HostVolume>();
            host != nullptr && host->path.starts_with('/') && !isAllowed(host->path, allowedHostPaths))
            found.push_back(cat("the host's ", quoted(host->path), " as volume ", quoted(volume.name)));
    if (spec.ipc && spec.ipc->mode == IpcMode::shareParent)
        found.emplace_back("the host's IPC namespace");
    for (const ContainerSpec& container : spec.containers)
        if (container.seccomp && container.seccomp->unconfined)
            found.push_back(cat("container ", quoted(container.name), " without a filter of system calls"));
    return found;
}

}  // namespace podd
