// SPDX-License-Identifier: LGPL-2.1-or-later
// The directory of one instance: a sandbox for each container (its working directory, owned by its user), the
// ephemeral volumes that the containers share, and the /dev/shm of an IPC namespace. Nothing of it outlives
// the instance. Other users of the host find no way to look around in it.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "executor/project_quota.h"
#include "executor/users.h"
#include "model/launch_plan.h"

namespace podd {

// Whether `path` is absolute, strictly below `directory`, and says so without a "." or ".." on the way.
bool isBelow(std::string_view path, std::string_view directory);

// Throws Error unless everything that the plan makes, and later removes, is below `stateDirectory`/sandboxes.
void checkPaths(const LaunchPlan& plan, const std::string& stateDirectory);

class Sandbox {
public:
    explicit Sandbox(const LaunchPlan& plan) : plan_(plan) {}

    // What the containers' first processes are born with: the directory itself, and the tmpfs of plan.sharedMemory,
    // mounted in a mount namespace of this process. An instance's number is never used again, so a directory that is
    // there already is an error, and stays.
    void begin();

    // All the rest. `users` are those of the containers.
    void make(const std::vector<User>& users);

    // Another content for one of plan.files, which containers may see already.
    void rewrite(const std::string& path, const std::string& content) const;

    // Removes everything that was made; the text of what could not be removed, "" if all is gone.
    std::string remove();

private:
    void mountSharedMemory();
    void limitDisk();

    const LaunchPlan& plan_;
    std::deque<ProjectQuota> quotas_;
    bool made_ = false;
    bool mounted_ = false;
};

}  // namespace podd
