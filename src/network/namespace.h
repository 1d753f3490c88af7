// SPDX-License-Identifier: LGPL-2.1-or-later
// A moment in another network namespace.
#pragma once

#include "base/fd.h"

namespace podd {

// The calling thread is in `netns` while this lives. Throws Error when it cannot get there; not to come back ends the process,
// since whatever it did next would be done to somebody else's network.
class InNetworkNamespace {
public:
    explicit InNetworkNamespace(int netns);
    ~InNetworkNamespace();
    InNetworkNamespace(const InNetworkNamespace&) = delete;
    InNetworkNamespace& operator=(const InNetworkNamespace&) = delete;

private:
    UniqueFd own_;
};

}  // namespace podd
