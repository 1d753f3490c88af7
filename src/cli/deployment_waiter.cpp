// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/deployment_waiter.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>

#include "base/strings.h"
#include "cli/exit_status.h"
#include "cli/message.h"
#include "cli/render.h"
#include "sd/names.h"

namespace podd::cli {

namespace {

constexpr const char* kRemovedRule =
    "type='signal',sender='org.podd1',path='/org/podd1',interface='org.podd1.Manager',member='DeploymentRemoved'";
constexpr const char* kChangedRule =
    "type='signal',sender='org.podd1',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',"
    "path_namespace='/org/podd1/deployment'";
constexpr const char* kOwnerRule =
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',"
    "arg0='org.podd1'";

constexpr uint64_t kPatienceUsec = 1'000'000;  // most deployments are done before anybody wonders

size_t terminalWidth() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

}  // namespace

DeploymentWaiter::DeploymentWaiter(Client& client, bool quiet)
    : client_(client),
      showsProgress_(!quiet && ::isatty(STDERR_FILENO) != 0),
      removed_(client.bus(), kRemovedRule, [this](sd_bus_message* message) { onRemoved(message); }),
      changed_(client.bus(), kChangedRule, [this](sd_bus_message* message) { onChanged(message); }),
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

void DeploymentWaiter::onChanged(sd_bus_message* message) {
    if (readText(message, 's') != sd::kDeployment)
        return;
    const std::string text = textOf(readProperties(message), "Progress");
    if (const char* path = sd_bus_message_get_path(message); path != nullptr && !text.empty())
        progress_[path] = text;
}

void DeploymentWaiter::onOwner(sd_bus_message* message) {
    readText(message, 's');
    if (readText(message, 's').empty())
        return;  // it has only now arrived
    for (const auto& [path, pod] : waiting_)
        ended_.try_emplace(path, DeploymentEnd{.pod = pod,
                                               .result = "lost",
                                               .message = "podd went away before the work was done; it carries on from "
                                                          "what is true when it is back"});
}

bool DeploymentWaiter::complete() {
    for (const Match* match : {&removed_, &changed_, &owner_})
        match->rethrow();
    for (const auto& [path, pod] : waiting_)
        if (!ended_.contains(path))
            return false;
    return true;
}

bool DeploymentWaiter::wait() {
    startUsec_ = steadyUsec();
    Loop loop(client_.bus());
    const Waited waited = loop.run([this] { return complete(); }, std::nullopt, [this] { showProgress(); });
    clearProgress();
    if (waited == Waited::interrupted)
        complain("interrupted; podd goes on with the work, 'podctl deployments' shows it");
    return waited == Waited::done;
}

std::string DeploymentWaiter::progressOf(const std::string& path) {
    const auto known = progress_.find(path);
    if (known != progress_.end())
        return known->second;
    try {
        return progress_[path] = textOf(client_.properties(path, sd::kDeployment), "Progress");
    } catch (const Error&) {
        return "";  // the deployment ended a moment ago
    }
}

void DeploymentWaiter::showProgress() {
    const uint64_t passed = steadyUsec() - startUsec_;
    if (!showsProgress_ || passed < kPatienceUsec)
        return;
    std::string text;
    size_t more = 0;
    for (const auto& [path, pod] : waiting_) {
        if (ended_.contains(path))
            continue;
        if (text.empty())
            text = aboutPod(pod, progressOf(path));
        else
            ++more;
    }
    if (text.empty())
        return;
    if (more > 0)
        text += cat(" (and ", more, " more)");
    text += cat("  [", formatSpan(passed / kPatienceUsec * kPatienceUsec), ']');
    // Carriage return and "erase to the end of the line": the next text takes the place of this one.
    std::cerr << '\r' << shortened(printable(text), terminalWidth() - 1) << "\033[K" << std::flush;
    drawn_ = true;
}

void DeploymentWaiter::clearProgress() {
    if (drawn_)
        std::cerr << "\r\033[K" << std::flush;
    drawn_ = false;
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
