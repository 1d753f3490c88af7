// SPDX-License-Identifier: LGPL-2.1-or-later
// Method calls to PID 1: in order, never more of them under way than the bus lets one connection have, and not lost when
// systemd re-executes itself. For a moment it is not on the bus then; calls that it had not answered end as "no reply",
// whether it has carried them out or not. They are held until it is back, and sent again.
#pragma once

#include <systemd/sd-bus.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "sd/event.h"
#include "sd/handle.h"

namespace podd::sd {

class CallQueue {
public:
    using Answer = std::function<void(sd_bus_message* reply)>;
    // What is to become of a call that may have been carried out: most can be made twice.
    enum class Doubt { repeat, fail };

    CallQueue(sd_bus* bus, sd_event* event);
    ~CallQueue();
    CallQueue(const CallQueue&) = delete;
    CallQueue& operator=(const CallQueue&) = delete;

    // Sends a call when its turn comes; `answer` gets its reply, or the error that ended it, 2 min later at most
    // (while the peer is there).
    void send(sd_bus_message* call, Answer answer, Doubt doubt = Doubt::repeat);

    void hold() { held_ = true; }  // the peer is gone
    void resume();                 // a peer is there

private:
    struct Request;
    void sendWaiting();
    void onReply(uint64_t turn, sd_bus_message* reply);
    static bool isToBeRepeated(const Request& request, sd_bus_message* reply);

    sd_bus* bus_;
    uint64_t lastTurn_ = 0;
    std::map<uint64_t, std::unique_ptr<Request>> waiting_;  // by their turn
    std::map<uint64_t, std::unique_ptr<Request>> underWay_;
    bool held_ = false;
    Timer again_;
};

}  // namespace podd::sd
