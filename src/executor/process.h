// SPDX-License-Identifier: LGPL-2.1-or-later
// What /proc and the cgroup tree tell about a container's processes. Its first process is the executor's
// child and not yet reaped, so its number cannot have been given to another; everything else is named by
// cgroup.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace podd {

// From /proc/PID/status: whether the signal would have an effect other than its default one. A blocked signal
// waits for sigwait(3) or a signalfd, also for PID 1 of a PID namespace.
bool hearsSignal(std::string_view status, int signal);

// Whether the process catches, ignores or blocks the signal; true when that cannot be found out.
bool processHears(pid_t pid, int signal);

// Whether the process is on its way out, although it may not be seen to have ended yet: the first process of a PID
// namespace waits for all others in it to be reaped (pid_namespaces(7)).
bool isExiting(pid_t pid);

// Whether it has children that are not zombies.
bool hasLivingChildren(pid_t pid);

// The directory of the process's cgroup when that is the unit `scope`; nothing as long as it is elsewhere.
std::optional<std::string> scopeDirectory(const std::string& cgroupRoot, pid_t pid, const std::string& scope);

// The cgroup that the process is in, when that is the unit `scope` or below it.
std::optional<std::string> groupDirectory(const std::string& cgroupRoot, pid_t pid, const std::string& scope);

// SIGTERM to every process in the cgroup and those below it, and SIGCONT for those that are stopped.
void terminateGroup(const std::string& directory);

// Makes the kernel ready for moves between cgroups, and moves nothing: this process is written into the cgroup that it
// is in. The first move after a quiet time waits for an RCU grace period, 5 to 10 ms, unless cgroup2 is mounted with
// favordynmods (cgroups(7)); moves within the next milliseconds, whoever makes them, do not.
void awaitMoves(const std::string& cgroupRoot);

// SIGKILL to all of them by cgroup.kill, which also reaches frozen ones. False when the kernel refused.
bool killGroup(const std::string& directory);

}  // namespace podd
