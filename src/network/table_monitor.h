// SPDX-License-Identifier: LGPL-2.1-or-later
// Tells when somebody else has changed our nftables table: a firewall that was loaded anew, `nft flush ruleset`.
#pragma once

#include <systemd/sd-event.h>

#include <functional>
#include <memory>
#include <string>

#include "sd/event.h"

struct nl_sock;
struct nl_msg;

namespace podd {

class TableMonitor {
public:
    // Of the calling thread's network namespace. Throws Error. `changed` is also called when the kernel had more to tell
    // than it could keep.
    TableMonitor(sd_event* event, std::string table, std::function<void()> changed);
    ~TableMonitor();
    TableMonitor(const TableMonitor&) = delete;
    TableMonitor& operator=(const TableMonitor&) = delete;

private:
    struct Close {
        void operator()(nl_sock* socket) const;
    };
    using Socket = std::unique_ptr<nl_sock, Close>;
    Socket subscribe();
    void read();
    void onMessage(nl_msg* message);

    std::string table_;
    std::function<void()> changed_;
    Socket socket_;
    sd::Io incoming_;
    bool touched_ = false;  // by the transaction whose messages are being read
};

}  // namespace podd
