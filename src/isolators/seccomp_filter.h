// SPDX-License-Identifier: LGPL-2.1-or-later
// From a seccomp profile to the program that the kernel runs before every system call of a container (seccomp(2),
// SECCOMP_SET_MODE_FILTER). It is made here and loaded by podd-init, which so needs no library; whether the thread
// gains privileges later (no_new_privs) is the loader's business. It does not depend on what this process may do
// itself: nothing of the kernel is asked but its version.
//
// What a profile means: rules whose conditions on the container do not hold are left out. Of the rules that name a
// call, those with conditions on arguments come first; where none of them holds, the first one without counts, and
// without any the default action. Rules with conditions that overlap should agree, their order is libseccomp's. A
// call of another architecture than the native one and those that the profile names ends the process (on x86-64 that
// is int 0x80 and x32), and a name that neither libseccomp nor this file knows is left to the default action.
#pragma once

#include <string>

#include "model/capability.h"
#include "model/seccomp_profile.h"

namespace podd {

// The profile of containers that ask for none: what ordinary programs use is allowed, what changes or looks into the
// host and has no use in a container fails with EPERM unless the container has the capability for it, and all the
// rest, calls of future kernels included, is ENOSYS, so that programs take another way.
const SeccompProfile& defaultSeccompProfile();

// The program as an array of struct sock_filter, for a container that keeps these capabilities. Throws Error,
// naming the rule, for what cannot be compiled, and when the program is longer than the kernel takes.
std::string compileSeccomp(const SeccompProfile& profile, CapabilitySet capabilities);

}  // namespace podd
