// SPDX-License-Identifier: LGPL-2.1-or-later
// One probe that is under way: a connection that is being made, or a process that has been started. It answers once. It
// knows no time: whoever waits in vain ends it, and it stays until its process has been reaped.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/fd.h"
#include "core/health.h"
#include "executor/launch.h"
#include "executor/loop.h"

namespace podd {

class Probe {
public:
    // May destroy the probe. After end() the answer means nothing.
    using Done = std::function<void(const health::Answer&)>;

    virtual ~Probe() = default;
    // Nobody waits for it any more. False while there is a process to be reaped: `done` tells when that has happened.
    virtual bool end() = 0;
};

// A connection to a port of 127.0.0.1 in the executor's network namespace.
std::unique_ptr<Probe> probePort(Loop& loop, uint16_t port, Probe::Done done);

// What `started` ends with: exit 0 passes. `describe` makes a text of a report of podd-init, if there is a control socket.
using Describe = std::function<std::string(const InitReport&)>;
std::unique_ptr<Probe> probeProcess(Loop& loop, Started started, Describe describe, Probe::Done done);

// Of what a program has written, the last line that says anything, fit for a message.
std::string lastLine(const std::string& output);

}  // namespace podd
