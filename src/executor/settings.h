// SPDX-License-Identifier: LGPL-2.1-or-later
// Where things are: constants of the installed system, parameters for tests and for a podd of a user.
#pragma once

#include <string>

namespace podd {

struct Settings {
    std::string socket;  // to listen on; "" = passed by systemd
    std::string initProgram = PODD_LIBEXECDIR "/podd-init";
    std::string probeProgram = PODD_LIBEXECDIR "/podd-probe";
    std::string stateDirectory = "/var/lib/podd";  // sandboxes/ below it is all that is ever removed
    std::string cgroupRoot = "/sys/fs/cgroup";
    std::string journalSocket = "/run/systemd/journal/socket";
};

}  // namespace podd
