// SPDX-License-Identifier: LGPL-2.1-or-later
// The executor's line to podd: <run directory>/executor.sock. podd may go and come back at any moment; the
// link then waits for the socket to appear (inotify, and a slow timer for what inotify cannot tell) for ever.
// While it is connected nothing wakes up. A report that cannot be sent ends the connection: the next hello
// carries everything.
#pragma once

#include <functional>
#include <string>

#include "base/fd.h"
#include "executor/loop.h"
#include "model/executor_protocol.h"

namespace podd {

class Link {
public:
    struct Handlers {
        Task connected;  // must send the hello
        Task lost;
        std::function<void(const ExecutorCommand&)> command;
    };

    Link(Loop& loop, std::string runDirectory, Handlers handlers);

    void connect();
    bool connected() const { return static_cast<bool>(socket_); }
    void send(const Report& report);
    void close();  // after the last report, which arrives

private:
    bool tryToConnect();
    void receive();
    void lose();
    void waitForPodd();

    Loop& loop_;
    std::string directory_;
    Handlers handlers_;
    UniqueFd socket_;
    uint64_t connectedUsec_ = 0;
    Watch incoming_;
    Watch appears_;
    Watch retry_;
};

}  // namespace podd
