// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl wait: until pods are in a state. Signals say when to look, the property says what is true; so
// nothing is missed when podd is restarted in between.
#include <set>

#include "base/strings.h"
#include "cli/client.h"
#include "cli/exit_status.h"
#include "cli/loop.h"
#include "cli/names_argument.h"
#include "cli/verb.h"
#include "sd/names.h"

namespace podd::cli {

namespace {

constexpr const char* kChangedRule =
    "type='signal',sender='org.podd1',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged',"
    "path_namespace='/org/podd1/pod'";

// Stable is a pod also while it is being changed, as long as enough of its old instances do their work.
bool isIn(Client& client, const std::string& id, const std::string& state) {
    try {
        const Properties pod = client.properties(client.podPath(id), sd::kPod);
        return textOf(pod, "State") == state && (state != "stable" || textOf(pod, "Deployment") == "/");
    } catch (const Error& error) {
        if (error.code() != Errc::noSuchPod)
            throw;
        throw Error(Errc::noSuchPod, aboutPod(id, error.what()));
    }
}

}  // namespace

int waitVerb(const Context& context, const Words& pods) {
    std::set<std::string> waiting;
    for (const std::string& pod : pods)
        waiting.insert(podId(pod));
    const std::string& state = context.options.state;
    Client client(context.options);
    bool look = true;
    const auto noteChange = [&](sd_bus_message*) { look = true; };
    const Match changed(client.bus(), kChangedRule, noteChange);
    const Match removed(client.bus(), kPodRemovedRule, noteChange);
    const Match owner(client.bus(), kOwnerRule, [&](sd_bus_message* message) { look = hasOwner(message); });
    Loop loop(client.bus());
    const auto done = [&] {
        if (look) {
            look = false;
            std::erase_if(waiting, [&](const std::string& id) { return isIn(client, id, state); });
        }
        return waiting.empty();
    };
    const Waited waited = loop.run(done, context.options.timeoutUsec, [] {});
    if (waited == Waited::interrupted)
        return kInterrupted;
    if (waited == Waited::done)
        return kSuccess;
    for (const std::string& id : waiting)
        complain(aboutPod(id, cat("wait: it is not ", state, " after ", formatSpan(*context.options.timeoutUsec))));
    return kFailure;
}

}  // namespace podd::cli
