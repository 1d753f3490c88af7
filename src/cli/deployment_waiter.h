// SPDX-License-Identifier: LGPL-2.1-or-later
// Waiting for deployments of podd. Made before the call that starts a deployment, because the deployment may have ended before the
// call's answer is read. Deployments are podd's: nothing that happens to podctl ends one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/client.h"
#include "cli/loop.h"

namespace podd::cli {

struct DeploymentEnd {
    std::string pod;
    std::string result;  // done, failed, canceled; or lost, when podd went away
    std::string message;
    bool ok() const { return result == "done"; }
};

class DeploymentWaiter {
public:
    // `quiet`: no progress on stderr.
    DeploymentWaiter(Client& client, bool quiet);

    // Only deployments that are added are waited for. A path "/" means that there is none.
    void add(const std::string& path, const std::string& pod);

    // Waits for all of them, with their progress on stderr if that is a terminal. False when interrupted.
    bool wait();

    // How a deployment ended that was added and waited for; "/" has ended as done.
    const DeploymentEnd& end(const std::string& path) const { return ended_.at(path); }

private:
    void onRemoved(sd_bus_message* message);
    void onChanged(sd_bus_message* message);
    void onOwner(sd_bus_message* message);
    bool complete();
    void showProgress();
    void clearProgress();
    std::string progressOf(const std::string& path);

    Client& client_;
    const bool showsProgress_;
    uint64_t startUsec_ = 0;
    bool drawn_ = false;
    std::map<std::string, std::string> waiting_;   // deployment path -> pod id
    std::map<std::string, std::string> progress_;  // of deployments that said what they wait for
    std::map<std::string, DeploymentEnd> ended_;   // of anybody's deployments
    // Last, so that no callback finds the maps gone.
    Match removed_;
    Match changed_;
    Match owner_;
};

// Tells on stderr why deployments did not end well; false if there is one.
bool reportFailures(const std::vector<DeploymentEnd>& ends);

}  // namespace podd::cli
