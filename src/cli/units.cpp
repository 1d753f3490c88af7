// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl freeze, thaw, kill and reset-failed: one call for each name.
#include <csignal>
#include <functional>

#include "base/strings.h"
#include "cli/client.h"
#include "cli/exit_status.h"
#include "cli/names_argument.h"
#include "cli/terminal.h"
#include "cli/verb.h"

namespace podd::cli {

namespace {

int forEach(const Context& context, const Words& names,
            const std::function<void(Client&, const std::string&)>& change) {
    Client client(context.options);
    const PasswordAgent agent(context.options.askPassword && !context.options.remote());
    int status = kSuccess;
    for (const std::string& name : names) {
        try {
            change(client, name);
        } catch (const Error& error) {
            const std::string text = error.what();
            complain(text.find(quoted(name)) != std::string::npos ? text : cat(quoted(name), ": ", text));
            status = exitStatus(error.code());
        }
    }
    return status;
}

// All of them are checked before the first is touched.
Words objectNames(const Words& words) {
    Words names;
    for (const std::string& word : words)
        names.push_back(objectName(word));
    return names;
}

}  // namespace

int freezeVerb(const Context& context, const Words& names) {
    return forEach(context, objectNames(names), [](Client& client, const std::string& name) { client.freeze(name); });
}

int thawVerb(const Context& context, const Words& names) {
    return forEach(context, objectNames(names), [](Client& client, const std::string& name) { client.thaw(name); });
}

int killVerb(const Context& context, const Words& names) {
    const Options& options = context.options;
    return forEach(context, objectNames(names), [&](Client& client, const std::string& name) {
        client.kill(name, options.killWhom.value_or("all"), options.signal.value_or(SIGTERM));
    });
}

int resetFailedVerb(const Context& context, const Words& pods) {
    Words ids;
    for (const std::string& pod : pods)
        ids.push_back(podId(pod));
    if (pods.empty())
        for (const PodRow& row : Client(context.options).listPods())
            ids.push_back(row.id);
    return forEach(context, ids, [](Client& client, const std::string& id) { client.resetFailed(id); });
}

}  // namespace podd::cli
