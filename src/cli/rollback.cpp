// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl rollback and purge: what can be done with the history of a pod.
#include <algorithm>
#include <iostream>

#include "cli/applied.h"
#include "cli/exit_status.h"
#include "cli/names_argument.h"
#include "cli/verb.h"

namespace podd::cli {

int rollbackVerb(const Context& context, const Words& words) {
    const Options& options = context.options;
    AppliedFile applied{.file = "", .pod = podId(words[0])};
    Client client(options);
    const PasswordAgent agent(options.askPassword && !options.remote());
    DeploymentWaiter waiter(client, options);
    try {
        noteAnswer(client.rollback(applied.pod, words.size() > 1 ? words[1] : "", options), options, applied);
    } catch (const Error& error) {
        noteRefusal(error, options, applied);
        if (options.json != JsonMode::off)
            std::cout << appliedJson({applied}, options.json);
        return exitStatus(error.code());
    }
    waiter.add(applied.deployment, applied.pod);
    std::vector<AppliedFile> all{std::move(applied)};
    return finishApplied(waiter, all, options, kSuccess);
}

int purgeVerb(const Context& context, const Words& pods) {
    const Options& options = context.options;
    std::vector<PurgedPod> all;
    for (const std::string& pod : pods)
        all.push_back({.pod = podId(pod)});  // all of them are checked before the first is purged
    Client client(options);
    const PasswordAgent agent(options.askPassword && !options.remote());
    int status = kSuccess;
    for (PurgedPod& purged : all) {
        try {
            client.purge(purged.pod);
            if (options.json == JsonMode::off && !options.quiet)
                std::cout << "purged " << purged.pod << '\n' << std::flush;
        } catch (const Error& error) {
            purged.message = error.what();
            complain(aboutPod(purged.pod, error.what()));
            status = std::max(status, exitStatus(error.code()));
        }
    }
    if (options.json != JsonMode::off)
        std::cout << purgedJson(all, options.json);
    return status;
}

}  // namespace podd::cli
