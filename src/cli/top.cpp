// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl top: what pods use now, again and again on a terminal, once when the output goes elsewhere.
#include "cli/top.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>

#include "base/strings.h"
#include "cli/client.h"
#include "cli/exit_status.h"
#include "cli/loop.h"
#include "cli/names_argument.h"
#include "cli/output_json.h"
#include "cli/render.h"
#include "cli/verb.h"

namespace podd::cli {

namespace {

constexpr uint64_t kIntervalUsec = 1'000'000;

using Readings = std::map<std::string, const Properties*>;  // by name

std::string nameOf(const InstanceStatus& instance, const ContainerStatus& container) {
    return cat(instance.name(), '/', container.name());
}

Readings readingsOf(const std::vector<PodStatus>& pods) {
    Readings readings;
    for (const PodStatus& pod : pods) {
        readings[pod.id()] = &pod.properties;
        for (const InstanceStatus& instance : pod.instances) {
            readings[instance.name()] = &instance.properties;
            for (const ContainerStatus& container : instance.containers)
                readings[nameOf(instance, container)] = &container.properties;
        }
    }
    return readings;
}

class Rows {
public:
    Rows(Readings before, uint64_t usec) : before_(std::move(before)), seconds_(static_cast<double>(usec) / 1e6) {}

    TopRow row(const std::string& name, const Properties& now) const {
        TopRow row{.name = name};
        if (const double nanoseconds = rate(name, now, "CPUUsageNSec"); nanoseconds >= 0)
            row.cpu = nanoseconds / 1e7;
        row.memory = numberOf(now, "MemoryCurrent", kUnknown);
        row.memoryMax = numberOf(now, "MemoryMax", kUnknown);
        row.read = bytes(rate(name, now, "IOReadBytes"));
        row.written = bytes(rate(name, now, "IOWriteBytes"));
        row.tasks = numberOf(now, "TasksCurrent", kUnknown);
        row.disk = numberOf(now, "DiskUsage", kUnknown);
        if (numberOf(now, "MemoryPressureUSec", kUnknown) != kUnknown)
            row.pressure = realOf(now, "MemoryPressure");
        return row;
    }

private:
    // A second; negative when it is not known.
    double rate(const std::string& name, const Properties& now, const char* counter) const {
        const auto earlier = before_.find(name);
        const uint64_t end = numberOf(now, counter, kUnknown);
        const uint64_t begin = earlier == before_.end() ? kUnknown : numberOf(*earlier->second, counter, kUnknown);
        return begin == kUnknown || end == kUnknown || end < begin || seconds_ <= 0
                   ? -1
                   : static_cast<double>(end - begin) / seconds_;
    }
    static uint64_t bytes(double rate) { return rate < 0 ? kUnknown : static_cast<uint64_t>(rate); }

    Readings before_;
    double seconds_;
};

std::string percent(double value) {
    std::array<char, 32> text{};
    (void)std::snprintf(text.data(), text.size(), "%.1f%%", value);
    return text.data();
}

std::string memoryText(const TopRow& row) {
    return row.memoryMax == kUnknown ? formatBytes(row.memory)
                                     : cat(formatBytes(row.memory), " / ", formatBytes(row.memoryMax));
}

std::vector<PodStatus> selected(std::vector<PodStatus> pods, const Words& names) {
    if (names.empty())
        return pods;
    for (const std::string& name : names)
        if (std::none_of(pods.begin(), pods.end(),
                         [&](const PodStatus& pod) { return matches(objectName(name), pod.id()); }))
            throw Error(Errc::noSuchPod, cat("pod ", quoted(objectName(name)), ": there is no such pod"));
    std::erase_if(pods, [&](const PodStatus& pod) {
        return std::none_of(names.begin(), names.end(),
                            [&](const std::string& name) { return matches(objectName(name), pod.id()); });
    });
    return pods;
}

}  // namespace

std::vector<TopRow> topRows(const std::vector<PodStatus>& before, const std::vector<PodStatus>& now, uint64_t usec) {
    const Rows rows(readingsOf(before), usec);
    std::vector<std::vector<TopRow>> pods;
    for (const PodStatus& pod : now) {
        std::vector<TopRow>& lines = pods.emplace_back();
        lines.push_back(rows.row(pod.id(), pod.properties));
        for (const InstanceStatus& instance : pod.instances) {
            lines.push_back(rows.row(instance.name(), instance.properties));
            for (const ContainerStatus& container : instance.containers)
                lines.push_back(rows.row(nameOf(instance, container), container.properties));
        }
    }
    std::stable_sort(pods.begin(), pods.end(),
                     [](const auto& a, const auto& b) { return a.front().cpu > b.front().cpu; });
    std::vector<TopRow> all;
    for (const std::vector<TopRow>& lines : pods)
        all.insert(all.end(), lines.begin(), lines.end());
    return all;
}

std::string topText(const std::vector<TopRow>& rows, const Style& style, bool legend) {
    Table table({"NAME", "CPU", "MEMORY", "PRESSURE", "TASKS", "READ/s", "WRITE/s", "DISK"});
    for (const TopRow& row : rows)
        table.add({{printable(row.name)},
                   {row.cpu < 0 ? "-" : percent(row.cpu)},
                   {memoryText(row)},
                   {row.pressure < 0 ? "-" : percent(row.pressure)},
                   {row.tasks == kUnknown ? "-" : cat(row.tasks)},
                   {formatBytes(row.read)},
                   {formatBytes(row.written)},
                   {formatBytes(row.disk)}});
    return table.text(style, legend, "row");
}

int topVerb(const Context& context, const Words& names) {
    const Options& options = context.options;
    Client client(options);
    const bool live = ::isatty(STDOUT_FILENO) != 0 && options.json == JsonMode::off;
    std::vector<PodStatus> before = selected(podsOf(client.managedObjects()), names);
    uint64_t then = steadyUsec();
    Loop loop(client.bus());
    for (;;) {
        const Waited waited = loop.run([] { return false; }, kIntervalUsec, [] {});
        if (waited == Waited::interrupted)
            return kSuccess;
        std::vector<PodStatus> now = selected(podsOf(client.managedObjects()), names);
        const std::vector<TopRow> rows = topRows(before, now, steadyUsec() - then);
        then = steadyUsec();
        if (options.json != JsonMode::off)
            std::cout << topJson(rows, options.json);
        else
            std::cout << (live ? "\x1b[H\x1b[J" : "") << topText(rows, context.style, options.legend) << std::flush;
        if (!live)
            return kSuccess;
        before = std::move(now);
    }
}

}  // namespace podd::cli
