// SPDX-License-Identifier: LGPL-2.1-or-later
// One fate: what the executor of an instance decides about its containers, without doing anything. They are
// released together or not at all; an end other than exit 0 ends the others (pods.md A9); and one that is
// told to stop but cannot hear it is helped.
//
// Why help is needed: the kernel drops a signal for PID 1 of a PID namespace that has no handler for it
// (pid_namespaces(7)), so that a plain `sleep` as a container would sit out its whole grace. Where SIGTERM
// would have ended the process anywhere else, the executor ends it at once, and the record says that SIGTERM
// did it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "model/instance_record.h"

namespace podd::fate {

// What has come in about a launch so far.
struct Launch {
    size_t containers = 0;
    size_t ready = 0;        // podd-inits that have done all their steps
    bool scoped = false;     // podd: every process is in its unit
    bool networked = false;  // podd-network: the instance is on its networks
};
bool mayRelease(const Launch& launch);

enum class Next { goOn, stopOthers, finish };
// After `ended` (one of the record's containers) has ended.
Next afterEnd(const InstanceRecord& record, const ContainerRecord& ended);

// Why the executor itself has sent SIGKILL.
enum class Kill { none, insteadOfTerm, graceOver, limit };

// What is known of a container while it is being stopped.
struct Stopping {
    bool pidNamespace = false;  // its first process is PID 1 of a namespace
    bool hearsTerm = true;      // that process catches, ignores or blocks SIGTERM
    bool alone = false;         // there is no other process in the container
    uint64_t sinceUsec = 0;     // time since the stop began
    uint64_t graceUsec = 0;
};
Kill killNow(const Stopping& container);

// When to look again, after the last look was `usec` (0: the first) later than the one before it.
uint64_t nextLook(uint64_t usec);

// How a process ended, in the words of waitid(2).
struct End {
    bool exited = false;  // else killed by a signal
    int status = 0;       // exit code or signal
    bool coreDumped = false;
    uint64_t usec = 0;  // CLOCK_REALTIME
};
void enter(ContainerRecord& record, const End& end, Kill kill, bool stopRequested);

// Whether the kernel's OOM killer, which has struck in the container `oomKills` times, was the end of it.
bool endedByOom(const ContainerRecord& ended, uint64_t oomKills);

}  // namespace podd::fate
