// SPDX-License-Identifier: LGPL-2.1-or-later
// The kernel's part of a pod's network and nothing more: a bridge for all pods, and for each a pair of veths from the
// bridge into the pod's namespace, with addresses and default routes. No rules of a firewall and no NAT.
#pragma once

#include <cstdint>

#include "base/fd.h"
#include "netlink.h"

namespace podd::bench {

class FloorNetwork {
public:
    FloorNetwork();  // makes the bridge
    FloorNetwork(const FloorNetwork&) = delete;
    FloorNetwork& operator=(const FloorNetwork&) = delete;
    ~FloorNetwork();  // removes it

    // What it makes goes with the namespace.
    void connect(uint64_t number, int networkNamespace);

private:
    UniqueFd ownNamespace_;
    Netlink host_;
    int bridge_ = 0;
};

}  // namespace podd::bench
