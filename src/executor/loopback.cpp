// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/loopback.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/fd.h"

namespace podd {

// netdevice(7). Any socket of the namespace will do, and AF_UNIX is there in every kernel.
void raiseLoopback() {
    const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    if (!socket || ::ioctl(socket.get(), SIOCGIFFLAGS, &request) < 0)
        throwErrno(errno, "loopback interface");
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
    if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) < 0)
        throwErrno(errno, "loopback interface: set up");
}

}  // namespace podd
