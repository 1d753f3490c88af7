// SPDX-License-Identifier: LGPL-2.1-or-later
// Addresses on podd's own network that instances have. Each is an instance's alone, for as long as that lives, and rests
// before it is somebody else's.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "manager/leases.h"
#include "manager/network_config.h"
#include "model/names.h"
#include "model/network_order.h"

namespace podd {

class AddressGrants {
public:
    AddressGrants(const std::string& runDirectory, const NetworkConfig& network);

    // For an instance that is to be launched: completes those of its attachments that are on the bridge. Throws Error
    // (unavailable) when no address is left.
    void grant(const InstanceId& id, std::vector<NetworkAttachment>& attachments);

    // Of an instance that an earlier podd has launched.
    void keep(const InstanceId& id, const std::vector<NetworkAttachment>& attachments);

    void release(const InstanceId& id);

    // Releases what instances have that are no more.
    void sweep(const std::function<bool(const InstanceId&)>& isKnown);

private:
    uint64_t take(const InstanceId& id);
    void complete(NetworkAttachment& attachment, uint64_t number) const;

    Leases leases_;
    std::vector<Subnet> subnets_;
    uint64_t last_ = 0;
    uint64_t next_;  // to be tried first
};

}  // namespace podd
