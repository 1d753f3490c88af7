// SPDX-License-Identifier: LGPL-2.1-or-later
// Waiting for deployments of podd. Made before the call that begins one, because it may have ended before the call's
// answer is read. Deployments are podd's: nothing that happens to podctl ends one, and they outlive podd as well.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/client.h"
#include "cli/deployment_progress.h"
#include "cli/loop.h"

namespace podd::cli {

struct DeploymentEnd {
    std::string pod;
    std::string result;  // done, failed, canceled, stuck (it goes on), or lost (podd did not come back)
    std::string message;
    bool ok() const { return result == "done"; }
};

class DeploymentWaiter {
public:
    // Options::quiet: no progress. With ::rollbackOnFailure a stuck deployment is waited for, since podd ends it.
    DeploymentWaiter(Client& client, const Options& options);

    // Only deployments that are added are waited for. A path "/" means that there is none.
    void add(const std::string& path, const std::string& pod);

    // Waits for all of them and shows their progress. False when interrupted.
    bool wait();

    // How a deployment ended that was added and waited for; "/" has ended as done.
    const DeploymentEnd& end(const std::string& path) const { return ended_.at(path); }

private:
    void onRemoved(sd_bus_message* message);
    void onStuck(sd_bus_message* message);
    void onOwner(sd_bus_message* message);
    bool complete();
    void askNewPodd();
    DeploymentEnd endOf(const std::string& path, const std::string& pod);
    void showProgress();

    Client& client_;
    const bool patient_;                          // with what is stuck
    std::map<std::string, std::string> waiting_;  // deployment path -> pod id
    std::map<std::string, DeploymentEnd> ended_;  // of anybody's deployments
    std::optional<uint64_t> goneUsec_;            // since when there is no podd (CLOCK_MONOTONIC)
    bool isNew_ = false;                          // there is another podd than before
    DeploymentProgress progress_;
    // Last, so that no callback finds the maps gone.
    Match removed_;
    Match stuck_;
    Match owner_;
};

// Tells on stderr why deployments did not end well; false if there is one.
bool reportFailures(const std::vector<DeploymentEnd>& ends);

}  // namespace podd::cli
