// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <array>
#include <charconv>
#include <variant>

#include "base/strings.h"
#include "core/base_plan.h"
#include "core/endpoints.h"

namespace podd {

namespace {

constexpr size_t kMaxLabelKey = 493;  // Marathon's limits: longer labels do not become variables
constexpr size_t kMaxLabelValue = 512;
constexpr size_t kMaxLabelNames = size_t{64} << 10;  // bytes; one string of execve(2) is at most 128 KiB

// As Scala prints a Double: the shortest form that reads back the same, with a ".0" where there is no fraction.
std::string decimal(double value) {
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed).ptr;
    std::string text(buffer.data(), end);
    return text.find('.') == std::string::npos ? text + ".0" : text;
}

// Upper case, each run of other characters than letters, digits and '_' as one '_'.
std::string variableName(std::string_view text) {
    std::string name;
    bool gap = false;
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (!letter && !gap)
            name += '_';
        else if (letter)
            name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        gap = !letter;
    }
    return name;
}

void injectLabels(const StringMap& labels, StringMap& variables) {
    std::string names;
    for (const auto& [key, value] : labels) {
        if (key.size() >= kMaxLabelKey || value.size() >= kMaxLabelValue || names.size() + key.size() > kMaxLabelNames)
            continue;
        const std::string name = variableName(key);
        names += names.empty() ? name : ' ' + name;
        variables[cat("MARATHON_APP_LABEL_", name)] = value;
    }
    variables["MARATHON_APP_LABELS"] = names;
}

// Those of the whole pod, in every container.
void injectPorts(const std::vector<EndpointBinding>& endpoints, StringMap& variables) {
    for (const EndpointBinding& endpoint : endpoints) {
        const std::string name = variableName(endpoint.name);
        if (const uint64_t port = reachedAt(endpoint); port != 0)
            variables["ENDPOINT_" + name] = std::to_string(port);
        if (endpoint.hostPort != 0)
            variables["EP_HOST_" + name] = std::to_string(endpoint.hostPort);
        if (endpoint.containerPort != 0)
            variables["EP_CONTAINER_" + name] = std::to_string(endpoint.containerPort);
    }
}

}  // namespace

std::vector<std::string> environmentOf(const InstanceView& view, const ContainerSpec& container,
                                       const std::string& sandbox) {
    StringMap variables = {{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}};
    for (const Environment* source : {&view.spec.environment, &container.environment})
        for (const auto& [name, value] : *source)
            if (const auto* text = std::get_if<std::string>(&value))
                variables[name] = *text;
    StringMap labels = container.labels;
    labels.insert(view.spec.labels.begin(), view.spec.labels.end());  // the container's own win
    injectLabels(labels, variables);
    const StringMap injected = {
        {"HOST", view.hostname},
        {"MARATHON_APP_ENFORCE_GROUP_ROLE", "FALSE"},
        {"MARATHON_APP_ID", view.spec.id},
        {"MARATHON_APP_VERSION", view.version},
        {"MARATHON_CONTAINER_ID", container.name},
        {"MARATHON_CONTAINER_RESOURCE_CPUS", decimal(container.resources.cpus)},
        {"MARATHON_CONTAINER_RESOURCE_DISK", decimal(container.resources.disk)},
        {"MARATHON_CONTAINER_RESOURCE_GPUS", cat(container.resources.gpus)},
        {"MARATHON_CONTAINER_RESOURCE_MEM", decimal(container.resources.mem)},
        {"MESOS_ALLOCATION_ROLE", view.spec.role},
        {"MESOS_EXECUTOR_ID", cat("instance-", view.id.text())},
        {"MESOS_SANDBOX", sandbox},
        {"MESOS_TASK_ID", cat(view.id.text(), '.', container.name)},
    };
    for (const auto& [name, value] : injected)
        variables[name] = value;
    injectPorts(view.endpoints, variables);
    std::vector<std::string> environment;
    environment.reserve(variables.size());
    for (const auto& [name, value] : variables)
        environment.push_back(cat(name, '=', value));
    return environment;
}

}  // namespace podd
