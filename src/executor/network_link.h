// SPDX-License-Identifier: LGPL-2.1-or-later
// The executor's question to podd-network: its instance's network namespace is to be put onto the networks of the plan. It
// is asked while podd-init is exec'ed and systemd makes the units, and has to be answered before anything is released.
#pragma once

#include <functional>

#include "base/fd.h"
#include "executor/loop.h"
#include "model/launch_plan.h"
#include "model/network_order.h"

namespace podd {

class NetworkLink {
public:
    // `answered` is called once for what was asked.
    NetworkLink(Loop& loop, std::function<void(const NetworkAnswer&)> answered);

    // Asks for the network namespace of the calling thread; throws Error when nobody can be asked. Nothing is asked for a
    // plan without networks.
    void ask(const LaunchPlan& plan);

    // Whether what was asked for is there.
    bool ready() const { return ready_; }

private:
    void receive();
    void end(const NetworkAnswer& answer);

    Loop& loop_;
    std::function<void(const NetworkAnswer&)> answered_;
    bool ready_ = true;
    UniqueFd socket_;
    Watch incoming_;
    Watch deadline_;
};

}  // namespace podd
