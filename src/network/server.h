// SPDX-License-Identifier: LGPL-2.1-or-later
// podd-network's socket: executors ask, one order each, and are answered. It ends when nobody has been on a network for a
// while, and takes the bridge with it.
#pragma once

#include <systemd/sd-event.h>

#include <map>
#include <memory>

#include "base/fd.h"
#include "base/socket.h"
#include "network/attachments.h"
#include "network/bridge.h"
#include "network/kept_namespaces.h"
#include "network/table_monitor.h"
#include "sd/event.h"

namespace podd {

class NetworkServer {
public:
    NetworkServer(sd_event* event, PassedDescriptors passed, SlowNetworks slow);

    // When the loop has ended: what nobody needs any more goes; what somebody needs stays for the next process.
    void leave();

private:
    struct Connection {
        UniqueFd socket;
        std::unique_ptr<sd::Io> incoming;
    };
    void accept();
    void receive(uint64_t connection);
    void obey(uint64_t connection, Packet packet);
    void answer(uint64_t connection, const NetworkAnswer& answer);
    void rest();

    sd_event* event_;
    UniqueFd listener_;
    std::map<uint64_t, Connection> connections_;  // before what may ask whether there are any
    uint64_t lastConnection_ = 0;
    Bridge bridge_;
    sd::Timer resting_;    // nothing is attached: time to go
    sd::Timer asserting_;  // so that whoever changes the table again and again does not keep this busy
    Attachments attachments_;
    TableMonitor monitor_;
    sd::Io accepting_;
};

}  // namespace podd
