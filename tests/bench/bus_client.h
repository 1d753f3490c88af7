// SPDX-License-Identifier: LGPL-2.1-or-later
// A bus connection that is driven by waiting for one thing at a time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sd/handle.h"

namespace podd::bench {

enum class BusKind {
    system,          // through the bus daemon
    managerPrivate,  // straight to PID 1 (/run/systemd/private, not an API)
};

class BusClient {
public:
    explicit BusClient(BusKind kind);

    sd_bus* get() const { return bus_.get(); }

    using OnSignal = std::function<void(sd_bus_message*)>;
    // `handler` must outlive this.
    void onSignal(const char* sender, const char* path, const char* interface, const char* member,
                  const OnSignal& handler);
    // Handles messages until `done`; throws Error after a minute without.
    void until(const std::function<bool()>& done, const std::string& what);

private:
    BusKind kind_;
    sd::Bus bus_;
    std::vector<sd::Slot> slots_;
};

}  // namespace podd::bench
