// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/deployment_progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "base/strings.h"
#include "cli/exit_status.h"
#include "cli/render.h"
#include "cli/status_text.h"
#include "cli/terminal.h"
#include "cli/times.h"
#include "sd/names.h"

namespace podd::cli {

namespace {

constexpr uint64_t kPatienceUsec = 1'000'000;  // most deployments are done before anybody wonders
constexpr uint64_t kRedrawUsec = 200'000;
constexpr size_t kInstances = 20;  // lines for each pod at most

constexpr const char* kAddedRule =
    "type='signal',sender='org.podd1',path='/org/podd1',interface='org.podd1.Manager',member='InstanceNew'";
constexpr const char* kRemovedRule =
    "type='signal',sender='org.podd1',path='/org/podd1',interface='org.podd1.Manager',member='InstanceRemoved'";
constexpr const char* kChangedRule =
    "type='signal',sender='org.podd1',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',"
    "path_namespace='/org/podd1/instance'";

size_t terminalWidth() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

std::vector<InstanceRow> instancesOf(Client& client, const std::string& pod) {
    try {
        return client.listInstances(pod);
    } catch (const Error& error) {
        if (error.code() == Errc::noSuchPod)
            return {};  // it has been deleted
        throw;
    }
}

}  // namespace

DeploymentProgress::DeploymentProgress(Client& client, const Options& options)
    : client_(client),
      form_(options.quiet || !options.block ? Form::none
            : ::isatty(STDERR_FILENO) != 0  ? Form::picture
            : options.wait                  ? Form::lines
                                            : Form::none),
      startUsec_(steadyUsec()),
      startRealtimeUsec_(nowUsec()) {
    if (form_ == Form::none)
        return;
    const auto note = [this](sd_bus_message*) { news_ = true; };
    added_ = std::make_unique<Match>(client.bus(), kAddedRule, note);
    removed_ = std::make_unique<Match>(client.bus(), kRemovedRule, note);
    changed_ = std::make_unique<Match>(client.bus(), kChangedRule, note);
}

void DeploymentProgress::show(const std::map<std::string, std::string>& deployments) {
    if (form_ == Form::lines && news_)
        return printChanges(deployments);
    const uint64_t now = steadyUsec();
    if (form_ == Form::picture && now - startUsec_ > kPatienceUsec && now - drawnUsec_ > kRedrawUsec)
        draw(deployments);
}

void DeploymentProgress::finish(const std::map<std::string, std::string>& deployments) {
    if (form_ == Form::lines)
        printChanges(deployments);
    wipe();
}

std::string DeploymentProgress::headOf(const std::string& path, const std::string& pod, uint64_t passedUsec) {
    std::string text;
    try {
        text = textOf(client_.properties(path, sd::kDeployment), "Progress");
    } catch (const Error&) {
        return "";  // the deployment ended a moment ago
    }
    return cat(aboutPod(pod, text), "  [", formatSpan(passedUsec / kPatienceUsec * kPatienceUsec), ']');
}

void DeploymentProgress::draw(const std::map<std::string, std::string>& deployments) {
    const uint64_t passed = steadyUsec() - startUsec_;
    const Style style = styleOf(STDERR_FILENO);
    std::vector<std::string> lines;
    for (const auto& [path, pod] : deployments) {
        std::string head = headOf(path, pod, passed);
        if (head.empty())
            continue;
        lines.push_back(shortened(printable(head), terminalWidth() - 1));
        const std::vector<InstanceRow> instances = instancesOf(client_, pod);
        for (size_t i = 0; i < std::min(instances.size(), kInstances); ++i)
            lines.push_back(cat("  ", dot(inkOf(instances[i].state), style), ' ', printable(instances[i].name), ' ',
                                printable(instances[i].state), ", ", relativeTime(instances[i].sinceUsec, nowUsec())));
        if (instances.size() > kInstances)
            lines.push_back(cat("  and ", instances.size() - kInstances, " more"));
    }
    wipe();
    for (const std::string& line : lines)
        std::cerr << line << '\n';
    std::cerr << std::flush;
    drawnLines_ = lines.size();
    drawnUsec_ = steadyUsec();
}

// Up to where it begins, and everything from there on is erased (ECMA-48: CUU, ED).
void DeploymentProgress::wipe() {
    if (drawnLines_ > 0)
        std::cerr << "\033[" << drawnLines_ << "A\033[J" << std::flush;
    drawnLines_ = 0;
}

void DeploymentProgress::printChanges(const std::map<std::string, std::string>& deployments) {
    news_ = false;
    for (const auto& [path, pod] : deployments) {
        if (path == "/")
            continue;
        std::map<std::string, std::string>& known = states_[pod];
        std::map<std::string, std::string> now;
        for (const InstanceRow& row : instancesOf(client_, pod)) {
            now[row.name] = row.state;
            const auto before = known.find(row.name);
            const bool isNews =
                before == known.end() ? row.sinceUsec >= startRealtimeUsec_ : before->second != row.state;
            if (isNews)
                std::cerr << cat(printable(row.name), ": ", printable(row.state)) << '\n';
        }
        for (const auto& [name, state] : known)
            if (!now.contains(name))
                std::cerr << cat(printable(name), ": gone") << '\n';
        known = std::move(now);
    }
    std::cerr << std::flush;
}

}  // namespace podd::cli
