// SPDX-License-Identifier: LGPL-2.1-or-later
// The ids that a container runs with. Names are resolved here, on the host, and never in podd-init: the name
// service loads plugins and reads files, which has no place between a container's mounts and its exec. Root
// needs no look-up at all.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace podd {

struct User {
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;  // supplementary
};

// A name or a number; "" is root. A number need not be known to the host: its group is then the same number.
// Throws Error for an unknown name and for a number that is no uid.
User resolveUser(const std::string& user);

}  // namespace podd
