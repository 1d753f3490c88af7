// SPDX-License-Identifier: LGPL-2.1-or-later
#include "isolators/isolation.h"

#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "base/strings.h"
#include "core/networks.h"
#include "model/launchable.h"

namespace podd {

namespace {

// What a definition asks for, and who can do it.
struct Demand {
    bool made;
    std::string pointer;
    std::string what;
    std::vector<std::string_view> by;  // one of these
};

void demandsOf(const VolumeSpec& volume, const std::string& at, std::vector<Demand>& demands) {
    const auto* host = volume.as<HostVolume>();
    const bool absolute = host != nullptr && host->path.starts_with('/');
    demands.push_back({volume.as<EphemeralVolume>() != nullptr, at, "ephemeral volumes", {"volume/sandbox_path"}});
    demands.push_back({absolute, at + "/host", "host volumes", {"volume/host_path", "filesystem/shared"}});
    demands.push_back({host != nullptr && !absolute,
                       at + "/host",
                       "directories of the sandbox as volumes",
                       {"volume/sandbox_path", "filesystem/shared"}});
}

void demandsOf(const ContainerSpec& container, const std::string& at, std::vector<Demand>& demands) {
    demands.push_back(
        {container.limits.cpus.has_value(), at + "/resourceLimits/cpus", "limits of cpus", {"cgroups/cpu"}});
    demands.push_back({container.limits.mem.has_value(), at + "/resourceLimits/mem", "limits of mem", {"cgroups/mem"}});
    demands.push_back({container.resources.disk > 0, at + "/resources/disk", "disk", {"disk/du", "posix/disk"}});
    demands.push_back(
        {container.seccomp.has_value(), at + "/linuxInfo/seccomp", "a seccomp profile", {"linux/seccomp"}});
    demands.push_back({container.ipc.has_value(), at + "/linuxInfo/ipcInfo", "ipcInfo", {"namespaces/ipc"}});
}

void demandsOf(const NetworkSpec& network, const std::string& unnamed, const std::string& at,
               std::vector<Demand>& demands) {
    const std::string name = networkName(network, unnamed);
    const bool made = network.mode != NetworkMode::host;
    const char* maker = name == kBridgeNetwork ? "network/bridge"
                        : name == kNoNetwork   ? "namespaces/net"
                                               : "network/cni";
    demands.push_back({made, at, cat("the network ", quoted(name)), {maker}});
}

std::vector<Demand> demandsOf(const PodSpec& spec, const std::string& unnamedNetwork) {
    std::vector<Demand> demands;
    demands.push_back({spec.ipc.has_value(), "/linuxInfo/ipcInfo", "ipcInfo", {"namespaces/ipc"}});
    demands.push_back({!spec.ipAddresses.deny.empty(),
                       "/linuxInfo/ipAddressDeny",
                       "the refusal of addresses",
                       {"cgroups/ip_access"}});
    for (size_t i = 0; i < spec.networks.size(); ++i)
        demandsOf(spec.networks[i], unnamedNetwork, cat("/networks/", i), demands);
    for (size_t i = 0; i < spec.containers.size(); ++i)
        demandsOf(spec.containers[i], cat("/containers/", i), demands);
    for (size_t i = 0; i < spec.volumes.size(); ++i)
        demandsOf(spec.volumes[i], cat("/volumes/", i), demands);
    return demands;
}

std::vector<std::string> names(std::string_view alternatives) {
    return split(alternatives, '|');
}

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
    throw Error(Errc::notSupported, cat(quoted(name), ": ", why));
}

}  // namespace

Isolation::Isolation(IsolationSettings settings, const std::optional<std::vector<std::string>>& selection,
                     const HostFacts& host)
    : settings_(std::move(settings)) {
    for (const IsolatorEntry& entry : isolatorTable()) {
        Row row{.name = entry.name, .summary = entry.summary, .problem = whyImpossible(entry, host)};
        row.selected = !selection && entry.byDefault && row.problem.empty();
        if (!selection && entry.byDefault && !row.problem.empty())
            log::notice(cat("isolator ", quoted(entry.name), " is left out: ", row.problem));
        rows_.push_back(std::move(row));
    }
    if (selection)
        select(*selection);
    else
        fillFamilies();
    for (const Row& row : rows_)
        if (row.selected)
            settings_.selected.emplace(row.name);
    for (size_t i = 0; i < rows_.size(); ++i)
        if (rows_[i].selected)
            isolators_.push_back(within(rows_[i].name, [&] { return isolatorTable()[i].make(settings_); }));
}

void Isolation::select(const std::vector<std::string>& selection) {
    for (const std::string& name : selection) {
        const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const Row& each) { return each.name == name; });
        if (row == rows_.end()) {
            std::vector<std::string> known;
            for (const Row& each : rows_)
                known.emplace_back(each.name);
            const std::string* hint = nearest(name, known);
            refuse(name, cat("there is no such isolator",
                             hint == nullptr ? "; podctl isolators lists them" : cat(", did you mean '", *hint, "'?")));
        }
        if (row->selected)
            refuse(name, "is there twice");
        if (!row->problem.empty())
            refuse(name, row->problem);
        row->selected = true;
    }
    for (size_t i = 0; i < rows_.size(); ++i) {
        const IsolatorEntry& entry = isolatorTable()[i];
        if (!rows_[i].selected)
            continue;
        for (size_t k = 0; k < i; ++k)
            if (rows_[k].selected && !entry.family.empty() && isolatorTable()[k].family == entry.family)
                refuse(std::string(entry.name),
                       cat("excludes '", rows_[k].name, "': only one of ", entry.family, " can be selected"));
        const std::vector<std::string> needs = entry.needs.empty() ? std::vector<std::string>{} : names(entry.needs);
        if (!needs.empty() &&
            std::none_of(needs.begin(), needs.end(), [&](const auto& each) { return selected(each); }))
            refuse(std::string(entry.name), cat("needs ", join(needs, " or "), ", which is not selected"));
    }
}

// Who cannot isolate can still report.
void Isolation::fillFamilies() {
    for (size_t i = 0; i < rows_.size(); ++i) {
        const std::string_view family = isolatorTable()[i].family;
        bool represented = family.empty() || !rows_[i].problem.empty();
        for (size_t k = 0; k < rows_.size(); ++k)
            represented = represented || (isolatorTable()[k].family == family && rows_[k].selected);
        rows_[i].selected = rows_[i].selected || !represented;
    }
}

bool Isolation::selected(std::string_view name) const {
    return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) { return row.name == name && row.selected; });
}

std::vector<Problem> Isolation::obstacles(const PodSpec& spec) const {
    std::vector<Problem> found = launchObstacles(spec);
    for (const Demand& demand : demandsOf(spec, settings_.defaultNetwork)) {
        const bool served = std::any_of(demand.by.begin(), demand.by.end(), [&](auto each) { return selected(each); });
        if (demand.made && !served)
            found.push_back({.pointer = demand.pointer,
                             .what = cat(demand.what, ": needs the isolator ", demand.by.front(),
                                         ", which is not selected (isolation of podd.conf)")});
    }
    for (const auto& isolator : isolators_)
        isolator->check(spec, found);
    return found;
}

InstancePlan Isolation::plan(const InstanceView& view) const {
    InstancePlan plan = makeBasePlan(view);
    for (const auto& isolator : isolators_)
        isolator->prepare(view, plan);
    return plan;
}

Usage Isolation::usage(const std::string& group) const {
    Usage usage;
    if (::access(group.c_str(), F_OK) < 0)
        return usage;  // the unit is not there yet, or not any more
    for (const auto& isolator : isolators_)
        isolator->usage(group, usage);
    return usage;
}

}  // namespace podd
