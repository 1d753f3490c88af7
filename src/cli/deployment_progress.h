// SPDX-License-Identifier: LGPL-2.1-or-later
// How deployments come on, on stderr: on a terminal a picture that is drawn over and over, a line for each pod and one
// for each of its instances; elsewhere, if --wait was given, a line whenever an instance gets into another state.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cli/client.h"
#include "cli/loop.h"

namespace podd::cli {

class DeploymentProgress {
public:
    DeploymentProgress(Client& client, const Options& options);

    // Of the deployments with these paths, each with the id of its pod. May be called at any time and often.
    void show(const std::map<std::string, std::string>& deployments);
    // The last word; on a terminal the picture is wiped out.
    void finish(const std::map<std::string, std::string>& deployments);

private:
    enum class Form { none, picture, lines };

    std::string headOf(const std::string& path, const std::string& pod, uint64_t passedUsec);
    void draw(const std::map<std::string, std::string>& deployments);
    void printChanges(const std::map<std::string, std::string>& deployments);
    void wipe();

    Client& client_;
    const Form form_;
    const uint64_t startUsec_;          // CLOCK_MONOTONIC
    const uint64_t startRealtimeUsec_;  // CLOCK_REALTIME
    uint64_t drawnUsec_ = 0;            // CLOCK_MONOTONIC, 0 = never
    size_t drawnLines_ = 0;
    bool news_ = true;                                                  // an instance has changed
    std::map<std::string, std::map<std::string, std::string>> states_;  // by pod, by instance, as printed
    std::unique_ptr<Match> added_;
    std::unique_ptr<Match> removed_;
    std::unique_ptr<Match> changed_;
};

}  // namespace podd::cli
