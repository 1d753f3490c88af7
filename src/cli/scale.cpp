// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl scale, suspend and resume: new versions of definitions that differ in the number of instances only.
#include <algorithm>

#include "base/strings.h"
#include "cli/applied.h"
#include "cli/exit_status.h"
#include "cli/names_argument.h"
#include "cli/verb.h"

namespace podd::cli {

namespace {

int scaleAll(const Context& context, const Words& pods, std::optional<uint32_t> instances) {
    const Options& options = context.options;
    if (options.ifVersion && pods.size() > 1)
        throw UsageError("option '--if-version' is about one pod: name one at a time");
    std::vector<AppliedFile> all;
    for (const std::string& pod : pods)
        all.push_back({.file = "", .pod = podId(pod)});  // all of them are checked before the first is touched
    Client client(options);
    const PasswordAgent agent(options.askPassword && !options.remote());
    DeploymentWaiter waiter(client, options);
    int status = kSuccess;
    for (AppliedFile& applied : all) {
        try {
            noteAnswer(client.scale(applied.pod, instances, options), options, applied);
            waiter.add(applied.deployment, applied.pod);
        } catch (const Error& error) {
            noteRefusal(error, options, applied);
            status = std::max(status, exitStatus(error.code()));
        }
    }
    return finishApplied(waiter, all, options, status);
}

}  // namespace

int scaleVerb(const Context& context, const Words& words) {
    const std::optional<uint64_t> instances = parseUnsigned(words[1]);
    if (!instances || *instances > UINT32_MAX)
        throw UsageError(cat("scale: ", quoted(words[1]), " is not a number of instances"));
    return scaleAll(context, {words[0]}, static_cast<uint32_t>(*instances));
}

int suspendVerb(const Context& context, const Words& pods) {
    return scaleAll(context, pods, 0);
}

int resumeVerb(const Context& context, const Words& pods) {
    return scaleAll(context, pods, std::nullopt);
}

}  // namespace podd::cli
