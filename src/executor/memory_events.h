// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether the kernel's OOM killer has struck in a container, and at which limit: memory.events of its cgroup
// (cgroups v2, Documentation/admin-guide/cgroup-v2.rst), read when the kernel says that it has changed. systemd removes
// the cgroup right after the last process has ended, maybe before its last events could be read: what was read last is
// kept, and the cgroup around it has counted them too. It costs nothing while nothing happens.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/fd.h"
#include "executor/loop.h"

namespace podd {

class MemoryEvents {
public:
    // `group` is the directory of the cgroup below `root`; nothing where there is no memory controller.
    static std::unique_ptr<MemoryEvents> watch(Loop& loop, const std::string& root, const std::string& group);

    MemoryEvents(const MemoryEvents&) = delete;
    MemoryEvents& operator=(const MemoryEvents&) = delete;

    uint64_t oomKills();                 // so far, or until it was removed
    bool gone() const { return gone_; }  // removed: there may have been more
    const std::string& group() const { return group_; }
    uint64_t limitBytes() const { return limitBytes_; }  // the lowest one on the way up; UINT64_MAX = none

private:
    MemoryEvents(std::string root, std::string group, UniqueFd events);
    void read();

    std::string root_;
    std::string group_;
    UniqueFd events_;
    uint64_t oomKills_ = 0;
    uint64_t limitBytes_ = UINT64_MAX;
    bool gone_ = false;
    Watch changed_;
};

// The lowest memory.max of a cgroup and of those above it, below `root`; UINT64_MAX = there is no limit. Nothing when one
// of them cannot be read, as when the cgroup is being removed: what is above it would not be the limit of the cgroup.
std::optional<uint64_t> effectiveMemoryLimit(const std::string& root, const std::string& group);

// How often the OOM killer has struck in a cgroup and all below it; 0 if that cannot be read.
uint64_t oomKillsBelow(const std::string& group);

}  // namespace podd
