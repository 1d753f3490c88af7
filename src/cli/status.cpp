// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl status: the tree of pods, instances and containers, and their last log lines.
#include <algorithm>
#include <iostream>

#include "base/strings.h"
#include "cli/client.h"
#include "cli/exit_status.h"
#include "cli/journal.h"
#include "cli/names_argument.h"
#include "cli/output_json.h"
#include "cli/status_text.h"
#include "cli/times.h"
#include "cli/verb.h"

namespace podd::cli {

namespace {

constexpr uint64_t kDefaultLines = 10;

// What was asked for: pods, or single instances of them.
struct Selection {
    std::vector<PodStatus> pods;
    std::vector<InstanceStatus> instances;
    int status = kSuccess;
};

const InstanceStatus* findInstance(const std::vector<PodStatus>& pods, const std::string& name) {
    for (const PodStatus& pod : pods)
        for (const InstanceStatus& instance : pod.instances)
            if (instance.name() == name)
                return &instance;
    return nullptr;
}

Selection select(std::vector<PodStatus> pods, const Words& names) {
    Selection selection;
    if (names.empty()) {
        selection.pods = std::move(pods);
        return selection;
    }
    for (const std::string& word : names) {
        const std::string name = objectName(word);
        bool found = false;
        for (const PodStatus& pod : pods) {
            if (!matches(name, pod.id()))
                continue;
            found = true;
            selection.status = std::max(selection.status, lsbStatus(pod));
            selection.pods.push_back(pod);
        }
        if (found)
            continue;
        if (const InstanceStatus* instance = findInstance(pods, name)) {
            selection.status = std::max(selection.status, lsbStatus(*instance));
            selection.instances.push_back(*instance);
        } else {
            complain(cat(quoted(name), ": there is no such pod or instance"));
            selection.status = kNoSuchPod;
        }
    }
    return selection;
}

// The last lines of a log with a blank line in front; a journal that cannot be read only costs its lines.
void printLog(const Context& context, const LogFilter& filter) {
    const Options& options = context.options;
    if (options.remote() || (options.lines && *options.lines == 0))
        return;
    try {
        Journal journal(options.journalDirectory);
        journal.select(filter);
        journal.seekLast(options.lines.value_or(kDefaultLines), options.sinceUsec);
        const char* separator = "\n";
        while (const std::optional<LogLine> line = journal.next()) {
            std::cout << separator << shortLine(*line, context.style);
            separator = "";
        }
    } catch (const Error& error) {
        std::cout << "\n(" << printable(error.what()) << ")\n";
    }
}

void print(const Context& context, const Selection& selection, bool withLog) {
    const uint64_t now = nowUsec();
    const char* separator = "";
    for (const PodStatus& pod : selection.pods) {
        std::cout << separator << podStatusText(pod, now, context.style);
        if (withLog)
            printLog(context, {.pod = pod.id(), .instance = "", .container = ""});
        separator = "\n";
    }
    for (const InstanceStatus& instance : selection.instances) {
        std::cout << separator << instanceStatusText(instance, now, context.style);
        if (withLog)
            printLog(context,
                     {.pod = textOf(instance.properties, "PodId"), .instance = instance.name(), .container = ""});
        separator = "\n";
    }
}

}  // namespace

int statusVerb(const Context& context, const Words& names) {
    const Options& options = context.options;
    Client client(options);
    const Selection selection = select(podsOf(client.managedObjects()), names);
    if (options.json != JsonMode::off) {
        std::cout << statusJson(selection.pods, selection.instances, options.json);
        return selection.status;
    }
    if (options.quiet)
        return selection.status;
    const Pager pager(options.pager);
    // All pods with all their logs would bury what was asked for, unless lines were asked for.
    print(context, selection, !names.empty() || options.lines.has_value());
    if (names.empty() && selection.pods.empty())
        std::cout << "There are no pods.\n";
    return selection.status;
}

}  // namespace podd::cli
