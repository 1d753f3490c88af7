// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl list, list-instances, endpoints and deployments: tables.
#include <algorithm>
#include <iostream>

#include "base/strings.h"
#include "cli/client.h"
#include "cli/names_argument.h"
#include "cli/output_json.h"
#include "cli/render.h"
#include "cli/status_text.h"
#include "cli/times.h"
#include "cli/verb.h"

namespace podd::cli {

namespace {

bool wanted(const Words& patterns, const std::string& id) {
    return patterns.empty() || std::any_of(patterns.begin(), patterns.end(),
                                           [&](const std::string& pattern) { return matches(pattern, id); });
}

void print(const Context& context, const Table& table, const char* noun) {
    const Pager pager(context.options.pager);
    std::cout << table.text(context.style, context.options.legend, noun);
}

Cell stateCell(const std::string& state) {
    return {printable(state), inkOf(state)};
}

// The version that is deployed, and the one it is being changed to.
std::string versionText(const PodRow& row, const Style& style) {
    const std::string version = printable(row.version);
    return row.target == row.version ? version : cat(version, style.unicode ? " → " : " -> ", printable(row.target));
}

}  // namespace

int listVerb(const Context& context, const Words& patterns) {
    Client client(context.options);
    std::vector<PodRow> rows = client.listPods();
    std::erase_if(rows, [&](const PodRow& row) { return !wanted(patterns, row.id); });
    std::sort(rows.begin(), rows.end(), [](const PodRow& a, const PodRow& b) { return a.id < b.id; });
    if (context.options.json != JsonMode::off) {
        std::cout << podsJson(rows, context.options.json);
        return 0;
    }
    Table table({"ID", "STATE", "INSTANCES", "VERSION"});
    for (const PodRow& row : rows)
        table.add({printable(row.id), stateCell(row.state), cat(row.running, '/', row.wanted),
                   versionText(row, context.style)});
    print(context, table, "pod");
    return 0;
}

int listInstancesVerb(const Context& context, const Words& pods) {
    Client client(context.options);
    std::vector<InstanceRow> rows;
    for (const std::string& id : pods.empty() ? Words{""} : pods)
        for (InstanceRow& row : client.listInstances(id.empty() ? "" : podId(id)))
            rows.push_back(std::move(row));
    if (context.options.json != JsonMode::off) {
        std::cout << instancesJson(rows, context.options.json);
        return 0;
    }
    const uint64_t now = nowUsec();
    Table table({"INSTANCE", "STATE", "SINCE", "VERSION"});
    for (const InstanceRow& row : rows)
        table.add(
            {printable(row.name), stateCell(row.state), relativeTime(row.sinceUsec, now), printable(row.version)});
    print(context, table, "instance");
    return 0;
}

int endpointsVerb(const Context& context, const Words& patterns) {
    Client client(context.options);
    std::vector<PodStatus> pods = podsOf(client.managedObjects());
    std::erase_if(pods, [&](const PodStatus& pod) { return !wanted(patterns, pod.id()); });
    if (context.options.json != JsonMode::off) {
        std::cout << endpointsJson(pods, context.options.json);
        return 0;
    }
    const auto port = [](uint64_t number) { return number == 0 ? "-" : cat(number); };
    Table table({"INSTANCE", "CONTAINER", "ENDPOINT", "PROTOCOL", "HOST PORT", "CONTAINER PORT", "ADDRESS"});
    for (const PodStatus& pod : pods)
        for (const InstanceStatus& instance : pod.instances)
            for (const EndpointRow& row : endpointsOf(instance.properties))
                table.add({printable(instance.name()), printable(row.container), printable(row.name),
                           printable(row.protocol), port(row.hostPort), port(row.containerPort),
                           printable(join(addressesOf(instance.properties), " "))});
    print(context, table, "endpoint");
    return 0;
}

int deploymentsVerb(const Context& context, const Words&) {
    Client client(context.options);
    const std::vector<DeploymentRow> rows = client.listDeployments();
    if (context.options.json != JsonMode::off) {
        std::cout << deploymentsJson(rows, context.options.json);
        return 0;
    }
    const uint64_t now = nowUsec();
    Table table({"DEPLOYMENT", "TYPE", "POD", "STATE", "SINCE", "PROGRESS"});
    for (const DeploymentRow& row : rows)
        table.add({cat(row.id), printable(row.type), printable(row.pod), stateCell(row.state),
                   relativeTime(row.sinceUsec, now), printable(row.message)});
    print(context, table, "deployment");
    return 0;
}

}  // namespace podd::cli
