// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/applied.h"

#include <iostream>

#include "base/strings.h"
#include "cli/exit_status.h"

namespace podd::cli {

namespace {

// Notes the ends of the deployments; returns the exit status.
int waitForAll(DeploymentWaiter& waiter, std::vector<AppliedFile>& all) {
    if (!waiter.wait())
        return kInterrupted;
    std::vector<DeploymentEnd> ends;
    for (AppliedFile& applied : all) {
        if (applied.deployment.empty())
            continue;
        DeploymentEnd end = waiter.end(applied.deployment);
        applied.result = end.result;
        applied.message = end.message;
        ends.push_back(std::move(end));
    }
    return reportFailures(ends) ? kSuccess : kFailure;
}

}  // namespace

void noteAnswer(const Applied& answer, const Options& options, AppliedFile& applied) {
    applied.outcome = answer.outcome;
    applied.version = answer.version;
    applied.deployment = answer.deployment;
    if (options.json == JsonMode::off && !options.quiet)
        std::cout << printable(applied.outcome) << ' ' << applied.pod << " (version " << printable(applied.version)
                  << ")\n"
                  << std::flush;
}

void noteRefusal(const Error& error, const Options& options, AppliedFile& applied) {
    applied.outcome = "refused";
    applied.message = error.what();
    complainAboutRefusal(error, applied.file, applied.pod, options);
}

void complainAboutRefusal(const Error& error, const std::string& file, const std::string& pod, const Options& options) {
    complain(cat(file, file.empty() ? "" : ": ", aboutPod(pod, error.what())));
    if (error.code() != Errc::versionConflict || options.quiet)
        return;
    std::cerr << "Somebody else has changed it; ";
    if (options.ifVersion && !options.ifVersion->empty())
        std::cerr << "see 'podctl diff " << pod << ' ' << *options.ifVersion << "' for what is different now.\n";
    else
        std::cerr << "see 'podctl cat " << pod << "' for what is there.\n";
}

int finishApplied(DeploymentWaiter& waiter, std::vector<AppliedFile>& all, const Options& options, int status) {
    if (options.block)
        if (const int waited = waitForAll(waiter, all); waited != kSuccess)
            status = waited;
    if (options.json != JsonMode::off)
        std::cout << appliedJson(all, options.json);
    return status;
}

}  // namespace podd::cli
