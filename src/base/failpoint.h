// SPDX-License-Identifier: LGPL-2.1-or-later
// Named points in the middle of things, where a test lets a process die or a step fail. They exist only in builds with
// PODD_FAILPOINTS, which no package has; elsewhere nothing of them is compiled, not even their names.
//
// A point is armed by a file of its name in /run/podd/failpoints, which says what happens to the first process that
// reaches it:
//
//   kill    it dies of SIGKILL
//   error   the step fails (points where it can, in reality)
//
// "kill@3" strikes at the third time. What strikes removes the file first, so it strikes once.
#pragma once

#ifdef PODD_FAILPOINTS

namespace podd {

// Throws Error (internal) when the step is to fail. `name` starts with "failpoint:".
void reachFailpoint(const char* name);

}  // namespace podd

#define PODD_FAILPOINT(name) ::podd::reachFailpoint("failpoint:" name)

#else

#define PODD_FAILPOINT(name) static_cast<void>(0)

#endif

// The same where nothing can fail.
#define PODD_CRASHPOINT(name) PODD_FAILPOINT(name)
