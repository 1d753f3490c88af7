// SPDX-License-Identifier: LGPL-2.1-or-later
// What the operator decides: command line over /etc/podd/podd.conf over the defaults. Every place that podd touches is a
// parameter, so that tests (and a podd of a user) can have their own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/endpoints.h"
#include "core/reconcile.h"
#include "manager/isolation_config.h"
#include "manager/network_config.h"

namespace podd {

struct Config {
    std::string stateDirectory = "/var/lib/podd";
    std::string runDirectory = "/run/podd";
    std::string cgroupRoot = "/sys/fs/cgroup";
    std::string busAddress;  // "" = the system bus
    unsigned history = 100;  // versions that are kept for each id, at least 1
    PortRange portRange{};   // of the host, for endpoints that name no port of it
    NetworkConfig network{};
    IsolationConfig isolation{};
    uint64_t settleUsec = kSettleUsec;  // see core/reconcile.h; only tests choose another
    // Of declared pods (manager/declared.h), the strongest first; only tests choose others.
    std::vector<std::string> declaredDirectories = {"/etc/podd/pods.d", "/run/podd/pods.d", "/usr/lib/podd/pods.d"};
};

// Nothing when the arguments asked for help or the version, which have then been printed. Throws Error for arguments and
// files that do not hold, naming them.
std::optional<Config> readConfig(int argc, char* argv[]);

}  // namespace podd
