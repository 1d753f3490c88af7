// SPDX-License-Identifier: LGPL-2.1-or-later
// The door for seccomp profiles: the format of the OCI runtime specification (linux.seccomp) and of Docker, podman and
// containerd, whose files can be taken as they are. As strict and as complete as the door of definitions
// (pod_spec_json.h); what a profile can say and podd has no means for (SCMP_ACT_NOTIFY, SCMP_ACT_TRACE) is refused.
#pragma once

#include <string_view>
#include <vector>

#include "model/problem.h"
#include "model/seccomp_profile.h"

namespace podd {

struct ParsedSeccompProfile {
    SeccompProfile profile;         // meaningful only when there are no errors
    std::vector<Problem> problems;  // in the order of the text; warnings among them
    bool ok() const { return !hasErrors(problems); }
};

// Never throws for any input. Names of system calls are not looked up: a profile may know more of them than this host.
// `strict` makes unknown fields errors instead of warnings.
ParsedSeccompProfile parseSeccompProfile(std::string_view text, bool strict = false);

}  // namespace podd
