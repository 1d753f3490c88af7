// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl start, stop, restart and delete: one call for each pod, then one wait for all their deployments.
#include "cli/deployment_waiter.h"
#include "cli/exit_status.h"
#include "cli/names_argument.h"
#include "cli/verb.h"

namespace podd::cli {

namespace {

int changeAll(const Context& context, const Words& pods, const char* method) {
    Words ids;
    ids.reserve(pods.size());
    for (const std::string& pod : pods)
        ids.push_back(podId(pod));  // all of them are checked before the first is touched
    Client client(context.options);
    const PasswordAgent agent(context.options.askPassword && !context.options.remote());
    DeploymentWaiter waiter(client, context.options.quiet);
    int status = kSuccess;
    std::vector<std::string> deployments;
    for (const std::string& id : ids) {
        try {
            deployments.push_back(client.lifecycle(method, id));
            waiter.add(deployments.back(), id);
        } catch (const Error& error) {
            complain(aboutPod(id, error.what()));
            status = exitStatus(error.code());
        }
    }
    if (!context.options.block || deployments.empty())
        return status;
    if (!waiter.wait())
        return kInterrupted;
    std::vector<DeploymentEnd> ends;
    ends.reserve(deployments.size());
    for (const std::string& deployment : deployments)
        ends.push_back(waiter.end(deployment));
    return reportFailures(ends) ? status : kFailure;
}

}  // namespace

int startVerb(const Context& context, const Words& pods) {
    return changeAll(context, pods, "StartPod");
}

int stopVerb(const Context& context, const Words& pods) {
    return changeAll(context, pods, "StopPod");
}

int restartVerb(const Context& context, const Words& pods) {
    return changeAll(context, pods, "RestartPod");
}

int deleteVerb(const Context& context, const Words& pods) {
    return changeAll(context, pods, "DeletePod");
}

}  // namespace podd::cli
