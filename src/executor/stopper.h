// SPDX-License-Identifier: LGPL-2.1-or-later
// Brings containers to their end: SIGTERM (by systemd, when it stops the units, or from here, when a sibling
// has failed), SIGKILL after each one's grace, and an immediate end for those that cannot hear SIGTERM but
// would have died of it (core/fate.h). While it is at work it looks every 20 to 100 ms; otherwise it costs
// nothing.
#pragma once

#include <string>

#include "executor/container.h"
#include "executor/loop.h"

namespace podd {

class Stopper {
public:
    Stopper(Loop& loop, std::string cgroupRoot, Containers& containers)
        : loop_(loop), cgroupRoot_(std::move(cgroupRoot)), containers_(containers) {}

    bool stopping() const { return sinceUsec_ != 0; }

    // From now on containers are being stopped; somebody else sends the SIGTERM.
    void begin();
    // The same, and sends it.
    void terminate();
    // SIGKILL to all that are left, frozen ones too.
    void killAll();
    // Somebody's signal to the first process of the container of this scope, if it lives: no end that we want.
    void signal(const std::string& scope, int number);
    // The end of one that has gone beyond a limit; the others have their grace.
    void killForLimit(Container& container) { kill(container, fate::Kill::limit); }
    // What a container without a PID namespace may have left behind when its first process has ended.
    void killRest(const Container& container);

private:
    void look();
    void kill(Container& container, fate::Kill why);

    Loop& loop_;
    std::string cgroupRoot_;
    Containers& containers_;
    uint64_t sinceUsec_ = 0;
    uint64_t stepUsec_ = 0;
    Watch next_;
};

}  // namespace podd
