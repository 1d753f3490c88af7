// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "base/error.h"

namespace podd {

InNetworkNamespace::InNetworkNamespace(int netns) : own_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
    if (!own_ || ::setns(netns, CLONE_NEWNET) < 0)
        throwErrno(errno, "network namespace of the instance");
}

InNetworkNamespace::~InNetworkNamespace() {
    if (::setns(own_.get(), CLONE_NEWNET) < 0)
        std::abort();
}

}  // namespace podd
