// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/cgroup.h"

#include "base/strings.h"
#include "isolators/cgroup_file.h"

namespace podd {

std::string sliceDirectory(const std::string& root, const std::string& slice) {
    std::string path = root;
    for (size_t hyphen = slice.find('-'); hyphen != std::string::npos; hyphen = slice.find('-', hyphen + 1))
        path += cat('/', slice.substr(0, hyphen), ".slice");
    return cat(path, '/', slice);
}

bool isFrozen(const std::string& cgroup) {
    return cgroupValue(cgroup, "cgroup.events", "frozen") == 1;
}

bool freezesItself(const std::string& cgroup) {
    return cgroupNumber(cgroup, "cgroup.freeze") == 1;
}

}  // namespace podd
