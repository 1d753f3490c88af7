// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/deployment_waiter.h"

#include <iostream>

#include "base/strings.h"
#include "cli/exit_status.h"
#include "cli/message.h"
#include "sd/names.h"

namespace podd::cli {

namespace {

constexpr const char* kRemovedRule =
    "type='signal',sender='org.podd1',path='/org/podd1',interface='org.podd1.Manager',member='DeploymentRemoved'";
constexpr const char* kStuckRule =
    "type='signal',sender='org.podd1',path='/org/podd1',interface='org.podd1.Manager',member='DeploymentStuck'";

// systemd starts a podd that has ended again after 100 ms; after that it is not coming back by itself.
constexpr uint64_t kReturnUsec = 10'000'000;

}  // namespace

DeploymentWaiter::DeploymentWaiter(Client& client, const Options& options)
    : client_(client),
      patient_(options.rollbackOnFailure > 0),
      progress_(client, options),
      removed_(client.bus(), kRemovedRule, [this](sd_bus_message* message) { onRemoved(message); }),
      stuck_(client.bus(), kStuckRule, [this](sd_bus_message* message) { onStuck(message); }),
      owner_(client.bus(), kOwnerRule, [this](sd_bus_message* message) { onOwner(message); }) {
    ended_["/"] = {.pod = "", .result = "done", .message = ""};
}

void DeploymentWaiter::add(const std::string& path, const std::string& pod) {
    waiting_[path] = pod;
}

void DeploymentWaiter::onRemoved(sd_bus_message* message) {
    readNumber(message, 'u');
    const std::string path = readText(message, 'o');
    DeploymentEnd end;
    end.pod = readText(message, 's');
    end.result = readText(message, 's');
    end.message = readText(message, 's');
    ended_[path] = std::move(end);
}

void DeploymentWaiter::onStuck(sd_bus_message* message) {
    const uint64_t id = readNumber(message, 'u');
    const std::string path = readText(message, 'o');
    const std::string pod = readText(message, 's');
    const std::string why = readText(message, 's');
    if (!patient_)
        ended_.try_emplace(
            path, DeploymentEnd{.pod = pod,
                                .result = "stuck",
                                .message = cat(why, "\npodd goes on trying; 'podctl cancel ", id, "' takes it back.")});
}

void DeploymentWaiter::onOwner(sd_bus_message* message) {
    readText(message, 's');
    const bool had = !readText(message, 's').empty();
    const bool has = !readText(message, 's').empty();
    if (had && !has)
        goneUsec_ = steadyUsec();
    if (has) {
        goneUsec_.reset();
        isNew_ = had || isNew_ || !waiting_.empty();
    }
}

// What has become of them while podd was away.
void DeploymentWaiter::askNewPodd() {
    isNew_ = false;
    for (const auto& [path, pod] : waiting_)
        if (!ended_.contains(path))
            if (DeploymentEnd end = endOf(path, pod); !end.result.empty())
                ended_[path] = std::move(end);
}

// With an empty result when it goes on.
DeploymentEnd DeploymentWaiter::endOf(const std::string& path, const std::string& pod) {
    try {
        for (const DeploymentRow& row : client_.listDeployments())
            if (cat(sd::kDeploymentPrefix, '/', row.id) == path)
                return {};
        const Properties now = client_.properties(client_.podPath(pod), sd::kPod);
        const bool isDone = textOf(now, "Version") == textOf(now, "TargetVersion") &&
                            (textOf(now, "State") == "stable" || textOf(now, "State") == "stopped");
        if (isDone)
            return {.pod = pod, .result = "done", .message = ""};
        return {.pod = pod, .result = "failed", .message = textOf(now, "Message")};
    } catch (const Error& error) {
        if (error.code() == Errc::noSuchPod)
            return {.pod = pod, .result = "done", .message = ""};  // its deletion was waited for
        return {.pod = pod, .result = "lost", .message = error.what()};
    }
}

bool DeploymentWaiter::complete() {
    for (const Match* match : {&removed_, &stuck_, &owner_})
        match->rethrow();
    if (isNew_)
        askNewPodd();
    if (goneUsec_ && steadyUsec() - *goneUsec_ > kReturnUsec)
        for (const auto& [path, pod] : waiting_)
            ended_.try_emplace(path, DeploymentEnd{.pod = pod,
                                                   .result = "lost",
                                                   .message = "podd went away before the work was done; it carries on "
                                                              "when it is back"});
    for (const auto& [path, pod] : waiting_)
        if (!ended_.contains(path))
            return false;
    return true;
}

bool DeploymentWaiter::wait() {
    Loop loop(client_.bus());
    const Waited waited = loop.run([this] { return complete(); }, std::nullopt, [this] { showProgress(); });
    if (!goneUsec_)
        progress_.finish(waiting_);
    if (waited == Waited::interrupted)
        complain("interrupted; podd goes on with the work, 'podctl deployments' shows it");
    return waited == Waited::done;
}

void DeploymentWaiter::showProgress() {
    std::map<std::string, std::string> open;
    for (const auto& [path, pod] : waiting_)
        if (!ended_.contains(path))
            open[path] = pod;
    if (!goneUsec_)
        progress_.show(open);
}

bool reportFailures(const std::vector<DeploymentEnd>& ends) {
    bool ok = true;
    for (const DeploymentEnd& end : ends) {
        if (end.ok())
            continue;
        ok = false;
        const std::string cause =
            end.message.empty() ? cat("the deployment ended as ", quoted(end.result)) : end.message;
        complain(aboutPod(end.pod, cause));
        std::cerr << "See 'podctl status " << end.pod << "' and 'podctl logs " << end.pod << "' for details.\n";
    }
    return ok;
}

}  // namespace podd::cli
