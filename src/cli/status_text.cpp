// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/status_text.h"

#include <algorithm>
#include <csignal>
#include <cstring>

#include "base/strings.h"
#include "cli/exit_status.h"
#include "cli/render.h"
#include "cli/times.h"

namespace podd::cli {

namespace {

constexpr size_t kKeyWidth = 11;  // of "Last error:"

// "      State: text", keys right-aligned as in `systemctl status`; nothing when there is no text.
std::string field(const char* key, const std::string& text) {
    if (text.empty())
        return "";
    const size_t length = std::strlen(key);
    return cat(std::string(kKeyWidth > length ? kKeyWidth - length : 0, ' '), key, ": ", text, '\n');
}

std::string safe(const Properties& properties, const char* name) {
    return printable(textOf(properties, name));
}

// What checks say about something that runs: "healthy", "unhealthy", "not-ready" …
std::vector<std::string> verdicts(const Properties& properties) {
    std::vector<std::string> found;
    for (const char* name : {"Health", "Readiness"})
        if (const std::string verdict = safe(properties, name); !verdict.empty())
            found.push_back(verdict == "unknown"
                                ? (std::string_view(name) == "Health" ? "health unknown" : "not ready yet")
                                : verdict);
    return found;
}

// "running", "running (frozen)", "running (healthy, not-ready)".
std::string paintedState(const Properties& properties, const Style& style) {
    const std::string state = safe(properties, "State");
    std::string text = style.paint(inkOf(state), state);
    if (state != "running")
        return text;
    if (textOf(properties, "FreezerState") == "frozen")
        text += style.paint(Style::Ink::yellow, " (frozen)");
    const std::vector<std::string> said = verdicts(properties);
    const bool good = std::all_of(said.begin(), said.end(),
                                  [](const std::string& each) { return each == "healthy" || each == "ready"; });
    const bool bad = std::find(said.begin(), said.end(), "unhealthy") != said.end();
    const Style::Ink ink = good ? Style::Ink::green : bad ? Style::Ink::red : Style::Ink::yellow;
    return said.empty() ? text : cat(text, style.paint(ink, cat(" (", join(said, ", "), ')')));
}

// What the checks of a container got for an answer that was no success: "health check: exit 1 (2 failures)".
std::string checkDetail(const Properties& properties) {
    std::vector<std::string> parts;
    const uint64_t failures = numberOf(properties, "HealthFailures");
    if (const std::string answer = safe(properties, "HealthAnswer"); !answer.empty())
        parts.push_back(cat("health check: ", answer,
                            failures == 0 ? "" : cat(" (", failures, failures == 1 ? " failure)" : " failures)")));
    if (const std::string answer = safe(properties, "ReadinessAnswer"); !answer.empty())
        parts.push_back(cat("check: ", answer));
    return join(parts, ", ");
}

// "stable since Mon …; 3min ago".
std::string stateText(const Properties& properties, uint64_t now, const Style& style) {
    const std::string since = sinceTime(numberOf(properties, "StateTimestamp"), now);
    return cat(paintedState(properties, style), since.empty() ? "" : " since ", since);
}

std::string spanText(uint64_t nanoseconds) {
    return nanoseconds == kUnknown ? "" : formatSpan(nanoseconds / 1000);
}

std::string bytesText(uint64_t bytes) {
    return bytes == kUnknown ? "" : formatBytes(bytes);
}

// "18.0M (max: 64.0M, peak: 22.1M)", as `systemctl status` has it.
std::string memoryText(const Properties& properties) {
    const std::string now = bytesText(numberOf(properties, "MemoryCurrent", kUnknown));
    std::vector<std::string> more;
    for (const auto& [name, property] : {std::pair("max", "MemoryMax"), std::pair("peak", "MemoryPeak")})
        if (const uint64_t bytes = numberOf(properties, property, kUnknown); bytes != kUnknown)
            more.push_back(cat(name, ": ", formatBytes(bytes)));
    return now.empty() || more.empty() ? now : cat(now, " (", join(more, ", "), ')');
}

std::string tasksText(const Properties& properties) {
    const uint64_t tasks = numberOf(properties, "TasksCurrent", kUnknown);
    const uint64_t most = numberOf(properties, "TasksMax", kUnknown);
    return tasks == kUnknown ? "" : cat(tasks, most == kUnknown ? "" : cat(" (limit: ", most, ')'));
}

std::string ioText(const Properties& properties) {
    const uint64_t read = numberOf(properties, "IOReadBytes", kUnknown);
    const uint64_t written = numberOf(properties, "IOWriteBytes", kUnknown);
    return read == kUnknown || written == kUnknown
               ? ""
               : cat(formatBytes(read), " read, ", formatBytes(written), " written");
}

// Only what presses: "memory 12.3%, io 0.5%" of the last ten seconds.
std::string pressureText(const Properties& properties) {
    std::vector<std::string> parts;
    for (const auto& [name, property] :
         {std::pair("cpu", "CPUPressure"), std::pair("memory", "MemoryPressure"), std::pair("io", "IOPressure")})
        if (const double share = realOf(properties, property); share > 0)
            parts.push_back(cat(name, ' ', share, '%'));
    return join(parts, ", ");
}

std::string usageFields(const Properties& properties) {
    return field("Tasks", tasksText(properties)) + field("Memory", memoryText(properties)) +
           field("CPU", spanText(numberOf(properties, "CPUUsageNSec", kUnknown))) + field("IO", ioText(properties)) +
           field("Disk", bytesText(numberOf(properties, "DiskUsage", kUnknown))) +
           field("Pressure", pressureText(properties));
}

// What there is to say about a container's end, or about its process while it lives.
std::string containerDetail(const Properties& properties, uint64_t now) {
    const std::string state = textOf(properties, "State");
    std::vector<std::string> parts;
    if (const uint64_t pid = numberOf(properties, "PID"); pid != 0)
        parts.push_back(cat("PID ", pid));
    if (const uint64_t end = numberOf(properties, "EndTimestamp"); end != 0)
        parts.push_back(relativeTime(end, now));
    for (const std::string& usage : {bytesText(numberOf(properties, "MemoryCurrent", kUnknown)),
                                     spanText(numberOf(properties, "CPUUsageNSec", kUnknown))})
        if (!usage.empty() && state == "running")
            parts.push_back(usage);
    return join(parts, ", ");
}

// "http 31005/tcp": the host's port where there is one, else the container's.
std::string endpointText(const std::string& container, const std::vector<EndpointRow>& endpoints) {
    std::vector<std::string> parts;
    for (const EndpointRow& each : endpoints)
        if (each.container == container)
            parts.push_back(printable(
                cat(each.name, ' ', each.hostPort != 0 ? each.hostPort : each.containerPort, '/', each.protocol)));
    return join(parts, ", ");
}

TreeNode containerNode(const ContainerStatus& container, const std::vector<EndpointRow>& endpoints, uint64_t now,
                       const Style& style) {
    std::string detail = containerDetail(container.properties, now);
    const bool runs = textOf(container.properties, "State") == "running";
    if (const std::string reached = runs ? endpointText(container.name(), endpoints) : ""; !reached.empty())
        detail += cat(detail.empty() ? "" : ", ", reached);
    const std::string message = runs ? checkDetail(container.properties) : safe(container.properties, "Message");
    return {cat(printable(container.name()), ": ", paintedState(container.properties, style),
                detail.empty() ? "" : ", ", detail, message.empty() ? "" : ": ", message),
            {}};
}

std::vector<TreeNode> containerNodes(const InstanceStatus& instance, uint64_t now, const Style& style) {
    std::vector<TreeNode> nodes;
    for (const ContainerStatus& container : instance.containers)
        nodes.push_back(containerNode(container, endpointsOf(instance.properties), now, style));
    return nodes;
}

TreeNode instanceNode(const InstanceStatus& instance, const std::string& target, uint64_t now, const Style& style) {
    const std::string since = relativeTime(numberOf(instance.properties, "StateTimestamp"), now);
    const std::string version = safe(instance.properties, "Version");
    const std::string message = safe(instance.properties, "Message");
    std::string text = cat(printable(instance.name()), ": ", paintedState(instance.properties, style));
    if (!since.empty())
        text += cat(" since ", since);
    if (version != target)
        text += cat(", version ", version);
    if (const std::string at = join(addressesOf(instance.properties), " "); !at.empty())
        text += cat(", ", printable(at));
    if (!message.empty())
        text += cat(": ", message);
    return {std::move(text), containerNodes(instance, now, style)};
}

std::string versionText(const Properties& pod) {
    const std::string version = safe(pod, "Version");
    const std::string target = safe(pod, "TargetVersion");
    return target.empty() || target == version ? version : cat(version, ", changing to ", target);
}

// Failures, and when podd tries again.
std::string failureFields(const Properties& pod, uint64_t now, const Style& style) {
    std::string text;
    if (const uint64_t failures = numberOf(pod, "Failures"); failures != 0)
        text += field("Failures", style.paint(Style::Ink::red, cat(failures)));
    const std::string last = safe(pod, "LastFailure");
    const uint64_t when = numberOf(pod, "LastFailureTimestamp");
    const std::string what = last == safe(pod, "Message") ? "" : last;
    const std::string ago = relativeTime(when, now);
    text += field("Last error", cat(ago, ago.empty() || what.empty() ? "" : ": ", what));
    const uint64_t next = numberOf(pod, "NextLaunchTimestamp");
    const uint64_t backoff = numberOf(pod, "BackoffUSec");
    if (next != 0)
        text += field("Next try", cat(relativeTime(next, now), " at ", absoluteTime(next),
                                      backoff == 0 ? "" : cat(" (back-off ", formatSpan(backoff), ')')));
    return text;
}

std::string labelText(const Properties& pod) {
    std::vector<std::string> pairs;
    for (const auto& [key, value] : mapOf(pod, "Labels"))
        pairs.push_back(printable(cat(key, '=', value)));
    return join(pairs, " ");
}

// The dot sums up: green for good, red for a pod that has nothing left, a ring for one that shall not run.
std::string podDot(const Properties& pod, const Style& style) {
    const std::string state = textOf(pod, "State");
    const bool down = numberOf(pod, "InstancesRunning") == 0 && numberOf(pod, "Failures") != 0;
    return dot(state == "degraded" && down ? Style::Ink::red : inkOf(state), style);
}

std::string title(const std::string& sign, const std::string& name, const Style& style) {
    return cat(sign, ' ', style.paint(Style::Ink::bold, printable(name)), '\n');
}

}  // namespace

Style::Ink inkOf(std::string_view state) {
    if (state == "stable" || state == "running")
        return Style::Ink::green;
    if (state == "failed" || state == "killed" || state == "stuck")
        return Style::Ink::red;
    if (state == "stopped" || state == "ended" || state == "finished")
        return Style::Ink::none;
    return Style::Ink::yellow;  // on the way from one to the other
}

std::string podStatusText(const PodStatus& pod, uint64_t now, const Style& style) {
    const Properties& p = pod.properties;
    std::string text = title(podDot(p, style), pod.id(), style);
    text += field("State", stateText(p, now, style));
    text += field("Message", safe(p, "Message"));
    text += field("Goal", textOf(p, "Goal") == "down" && textOf(p, "State") != "stopped" ? "down" : "");
    text += field("Version", versionText(p));
    text += field("Unit", safe(p, "Unit"));
    text += field("Labels", labelText(p));
    text += failureFields(p, now, style) + usageFields(p);
    text +=
        field("Instances", cat(numberOf(p, "InstancesRunning"), " of ", numberOf(p, "InstancesWanted"), " running"));
    std::vector<TreeNode> nodes;
    for (const InstanceStatus& instance : pod.instances)
        nodes.push_back(instanceNode(instance, safe(p, "TargetVersion"), now, style));
    return text + treeText(nodes, kKeyWidth + 2, style);
}

std::string instanceStatusText(const InstanceStatus& instance, uint64_t now, const Style& style) {
    const Properties& p = instance.properties;
    const uint64_t pid = numberOf(p, "ExecutorPID");
    std::string text = title(dot(inkOf(textOf(p, "State")), style), instance.name(), style);
    text += field("State", stateText(p, now, style));
    text += field("Message", safe(p, "Message"));
    text += field("Pod", safe(p, "PodId"));
    text += field("Version", safe(p, "Version"));
    text += field("Unit", safe(p, "Unit"));
    text += field("Executor", cat(safe(p, "ExecutorUnit"), pid == 0 ? "" : cat(" (PID ", pid, ')')));
    text += field("Launched", sinceTime(numberOf(p, "LaunchTimestamp"), now)) + usageFields(p);
    text += field("Containers", cat(instance.containers.size()));
    return text + treeText(containerNodes(instance, now, style), kKeyWidth + 2, style);
}

int lsbStatus(const PodStatus& pod) {
    const std::string state = textOf(pod.properties, "State");
    const bool runs = state == "stable" || (state == "degraded" && numberOf(pod.properties, "InstancesRunning") > 0);
    return runs ? kSuccess : kNotRunning;
}

int lsbStatus(const InstanceStatus& instance) {
    return textOf(instance.properties, "State") == "running" ? kSuccess : kNotRunning;
}

}  // namespace podd::cli
