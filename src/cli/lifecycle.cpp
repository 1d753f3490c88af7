// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl start, stop, restart, delete and cancel: one call for each pod, then one wait for all their deployments.
#include <functional>
#include <optional>

#include "base/strings.h"
#include "cli/deployment_waiter.h"
#include "cli/exit_status.h"
#include "cli/names_argument.h"
#include "cli/verb.h"

namespace podd::cli {

namespace {

using Call = std::function<std::string(Client& client, const std::string& subject)>;  // the deployment's path

int waitFor(DeploymentWaiter& waiter, const std::vector<std::string>& deployments, int status) {
    if (!waiter.wait())
        return kInterrupted;
    std::vector<DeploymentEnd> ends;
    ends.reserve(deployments.size());
    for (const std::string& deployment : deployments)
        ends.push_back(waiter.end(deployment));
    return reportFailures(ends) ? status : kFailure;
}

int changeAll(const Context& context, const Words& pods, const Call& call) {
    Words ids;
    ids.reserve(pods.size());
    for (const std::string& pod : pods)
        ids.push_back(podId(pod));  // all of them are checked before the first is touched
    Client client(context.options);
    const PasswordAgent agent(context.options.askPassword && !context.options.remote());
    DeploymentWaiter waiter(client, context.options);
    int status = kSuccess;
    std::vector<std::string> deployments;
    for (const std::string& id : ids) {
        try {
            deployments.push_back(call(client, id));
            waiter.add(deployments.back(), id);
        } catch (const Error& error) {
            complain(aboutPod(id, error.what()));
            status = exitStatus(error.code());
        }
    }
    return context.options.block && !deployments.empty() ? waitFor(waiter, deployments, status) : status;
}

uint32_t deploymentId(const std::string& word) {
    const std::optional<uint64_t> id = parseUnsigned(word);
    if (!id || *id == 0 || *id > UINT32_MAX)
        throw UsageError(
            cat("cancel: ", quoted(word), " is not the number of a deployment; podctl deployments lists them"));
    return static_cast<uint32_t>(*id);
}

}  // namespace

int startVerb(const Context& context, const Words& pods) {
    return changeAll(context, pods, [](Client& client, const auto& id) { return client.begin("StartPod", id); });
}

int stopVerb(const Context& context, const Words& pods) {
    return changeAll(context, pods, [](Client& client, const auto& id) { return client.begin("StopPod", id); });
}

int restartVerb(const Context& context, const Words& pods) {
    return changeAll(context, pods,
                     [&](Client& client, const auto& id) { return client.change("RestartPod", id, context.options); });
}

int deleteVerb(const Context& context, const Words& pods) {
    return changeAll(context, pods,
                     [&](Client& client, const auto& id) { return client.change("DeletePod", id, context.options); });
}

int cancelVerb(const Context& context, const Words& words) {
    std::vector<uint32_t> ids;
    for (const std::string& word : words)
        ids.push_back(deploymentId(word));
    Client client(context.options);
    const PasswordAgent agent(context.options.askPassword && !context.options.remote());
    DeploymentWaiter waiter(client, context.options);
    const std::vector<DeploymentRow> known = client.listDeployments();
    int status = kSuccess;
    std::vector<std::string> deployments;
    for (const uint32_t id : ids) {
        try {
            deployments.push_back(client.cancel(id));
            for (const DeploymentRow& row : known)
                if (row.id == id)
                    waiter.add(deployments.back(), row.pod);
        } catch (const Error& error) {
            complain(error.what());
            status = exitStatus(error.code());
        }
    }
    return context.options.block && !deployments.empty() ? waitFor(waiter, deployments, status) : status;
}

}  // namespace podd::cli
