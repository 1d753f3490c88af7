// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the cgroups of pods are, and whether they are frozen (cgroups(7)); asking PID 1 for it would cost it more than
// reading costs us.
#pragma once

#include <string>

namespace podd {

// Directory of a slice below `root`: pod-a-b.slice is pod.slice/pod-a.slice/pod-a-b.slice.
std::string sliceDirectory(const std::string& root, const std::string& slice);

bool isFrozen(const std::string& cgroup);       // it or one above it, with all its processes
bool freezesItself(const std::string& cgroup);  // asked to; a parent that freezes does not count

}  // namespace podd
