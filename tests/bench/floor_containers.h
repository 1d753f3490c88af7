// SPDX-License-Identifier: LGPL-2.1-or-later
// The kernel's part of a pod and nothing more: three processes with shared IPC and UTS namespaces, a PID and a
// mount namespace each, and the mounts that podd's containers get; they wait before their exec. Where the pod has a
// network of its own the first one makes that namespace too, and the others join it last.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/fd.h"
#include "subject.h"

namespace podd::bench {

class FloorContainers {
public:
    // Makes the pod's directories and clones its containers.
    FloorContainers(uint64_t number, const std::string& payload, bool ownNetwork);
    FloorContainers(const FloorContainers&) = delete;
    FloorContainers& operator=(const FloorContainers&) = delete;
    ~FloorContainers();  // kills what is left

    pid_t pid(int index) const { return each_[static_cast<size_t>(index)].pid; }
    UniqueFd networkNamespace();  // waits until the first container has made it
    void release();               // and waits until all have exec'ed
    void reap();
    void removeDirectories();

private:
    struct One {
        pid_t pid = 0;
        UniqueFd pidfd;
        UniqueFd gate;   // a byte releases it
        UniqueFd error;  // closed by the exec; a byte before that says what failed (0: the network namespace is made)
    };
    void clone(One& one, const std::string& payload);

    std::string directory_;
    bool ownNetwork_;
    std::array<One, kContainers> each_;
};

}  // namespace podd::bench
