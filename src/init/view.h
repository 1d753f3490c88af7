// SPDX-License-Identifier: LGPL-2.1-or-later
// The container's view of the file system while it is being put together, and how its steps find their places in it:
// by descriptors, so that no path is resolved twice, and never out of the container's root.
#pragma once

#include <limits.h>

#include "init/plan.h"
#include "init/report.h"

namespace podd::init {

struct View {
    const Plan& plan;
    int root = -1;            // O_PATH; the container's root directory, or the host's if it has none of its own
    bool ownRoot = false;     // it has
    int nullDevice = -1;      // the host's /dev/null, checked to be it; once it was needed
    int emptyDirectory = -1;  // attached somewhere; once it was needed
    int emptyFile = -1;       // as well
};

// One step of the plan.
struct Step {
    View& view;
    uint32_t index;

    const Mount& mount() const { return view.plan.mounts[index]; }
    [[noreturn]] void failed(InitStep step, const char* detail) const;  // with errno
};

// Whether `path` is `directory` or below it, by components.
bool isInside(const char* path, const char* directory);

// The path that the kernel has for a descriptor; "" if it has none.
struct PathOf {
    explicit PathOf(int fd);
    char text[PATH_MAX];
};

bool isDirectory(int fd);

// The mount point of a step, O_PATH. Absolute ones are found in the container's root, relative ones below its sandbox.
// What is missing is made (a directory for a `source` that is one), in the sandbox for the container's user, elsewhere
// only where a root of the container's own lets it. The sandbox is never left. Nothing returns when it cannot be had.
int openTarget(const Step& step, int source);

// The same, but -1 with errno when it is not there, and no symbolic link is followed. `flags` are of open(2), or 0.
int findTarget(const Step& step);

}  // namespace podd::init
