// SPDX-License-Identifier: LGPL-2.1-or-later
// Hard limits of disk usage by project quotas, where the file system of the sandboxes has them (ext4 and XFS mounted with
// prjquota): what a container writes beyond its disk fails with EDQUOT at once, while disk/du would notice it later. A
// project is a number that a directory and everything that is made below it bears; one is taken for each container, from
// a range of podd's own, and is free again when its files are gone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.h"

namespace podd {

class ProjectQuota {
public:
    ProjectQuota() = default;
    ~ProjectQuota() { release(); }
    ProjectQuota(const ProjectQuota&) = delete;
    ProjectQuota& operator=(const ProjectQuota&) = delete;

    // Limits what is below these directories, which are empty, to `bytes` in all. False when their file system has no
    // project quotas; throws Error when it has them and they cannot be used.
    bool limit(const std::vector<std::string>& directories, uint64_t bytes);

    // Frees the number.
    void release();

private:
    UniqueFd directory_;  // on that file system
    uint32_t project_ = 0;
};

}  // namespace podd
