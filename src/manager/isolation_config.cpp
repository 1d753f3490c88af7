// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/isolation_config.h"

#include <boost/program_options.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"
#include "model/resource_limits.h"

namespace podd {

namespace {

namespace po = boost::program_options;

// Items are separated by spaces or commas, so that a list can be written as in Mesos' flags.
std::vector<std::string> items(const std::string& text) {
    std::vector<std::string> found;
    std::string item;
    for (const char c : text + ' ') {
        if (c != ' ' && c != ',' && c != '\t') {
            item += c;
            continue;
        }
        if (!item.empty())
            found.push_back(std::exchange(item, ""));
    }
    return found;
}

[[noreturn]] void refuse(const std::string& item, const std::string& why) {
    throw Error(Errc::badDefinition, cat(quoted(item), ": ", why));
}

CapabilitySet readCapabilities(const std::string& text) {
    CapabilitySet set = 0;
    for (const std::string& name : items(text)) {
        if (name == "none")
            continue;
        const std::optional<Capability> capability = parseCapability(name);
        if (!capability)
            refuse(name, join({"there is no such capability", capabilityHint(name)},
                              capabilityHint(name).empty() ? "" : ", "));
        set |= capabilitySet({*capability});
    }
    return set;
}

void requireAbsolute(const std::string& path) {
    if (!path.starts_with('/'))
        refuse(path, "is not an absolute path");
}

std::vector<AllowedDevice> readDevices(const std::string& text) {
    std::vector<AllowedDevice> devices;
    for (const std::string& item : items(text)) {
        const size_t colon = item.find(':');
        AllowedDevice device{item.substr(0, colon), colon == std::string::npos ? "rw" : item.substr(colon + 1)};
        if (!device.path.starts_with("/dev/"))
            refuse(item, "is not below /dev");
        if (device.access.empty() || device.access.find_first_not_of("rwm") != std::string::npos)
            refuse(item, "access is made of r, w and m, as in /dev/fuse:rw");
        devices.push_back(std::move(device));
    }
    return devices;
}

// "10M" is 10 * 2^20.
std::optional<uint64_t> parseAmount(std::string_view text) {
    constexpr std::string_view kUnits = "KMGT";
    const size_t unit = text.empty() ? std::string_view::npos : kUnits.find(text.back());
    if (unit != std::string_view::npos)
        text.remove_suffix(1);
    const std::optional<uint64_t> number = parseUnsigned(text);
    const unsigned shift = unit == std::string_view::npos ? 0 : 10 * (static_cast<unsigned>(unit) + 1);
    if (!number || (*number << shift >> shift) != *number)
        return std::nullopt;
    return *number << shift;
}

IoLimits readIoLimits(const std::string& text) {
    IoLimits limits;
    for (const std::string& item : items(text)) {
        const size_t colon = item.rfind(':');
        const std::optional<uint64_t> amount =
            colon == std::string::npos ? std::nullopt : parseAmount(std::string_view(item).substr(colon + 1));
        if (!amount || *amount == 0)
            refuse(item, "is not PATH:NUMBER, as in /dev/vda:10M");
        requireAbsolute(item);
        limits.emplace_back(item.substr(0, colon), *amount);
    }
    return limits;
}

ContainerInfo readContainerInfo(const std::string& text) {
    if (text.empty())
        return {};
    const bool inLine = text.starts_with('{');
    if (!inLine)
        requireAbsolute(text);
    const ParsedContainerInfo parsed = parseContainerInfo(inLine ? text : readFile(text));
    for (const Problem& problem : parsed.problems)
        if (problem.severity == Problem::Severity::error)
            throw Error(Errc::badDefinition, describe(problem, inLine ? "JSON" : text));
    return parsed.info;
}

std::vector<std::string> readPaths(const std::string& text) {
    std::vector<std::string> paths = items(text);
    for (const std::string& path : paths)
        requireAbsolute(path);
    return paths;
}

po::typed_value<bool>* yesOrNo(bool& target) {
    return po::value<bool>(&target)->default_value(target, target ? "yes" : "no")->value_name("BOOL");
}

po::typed_value<std::string>* words(std::string& target, const char* name) {
    return po::value<std::string>(&target)->value_name(name);
}

}  // namespace

void addIsolationOptions(po::options_description& options, IsolationTexts& texts, IsolationSettings& settings) {
    auto add = options.add_options();
    add("isolation", po::value<std::string>()->value_name("LIST")->notifier([&](const std::string& text) {
        texts.isolation = text;
    }),
        "isolators of containers; podctl isolators lists them");
    add("cfs", yesOrNo(settings.cfs), "cpus is also a limit");
    add("limit-swap", yesOrNo(settings.limitSwap), "mem is memory and swap together");
    add("pids-limit", po::value<uint64_t>(&settings.pids)->default_value(settings.pids)->value_name("NUMBER"),
        "processes and threads of a container; 0 is no limit");
    add("io-weight", po::value<uint64_t>(&settings.ioWeight)->default_value(settings.ioWeight)->value_name("NUMBER"),
        "share of block device I/O of a container, 1 to 10000; 0 is systemd's default");
    add("io-read-bandwidth-max", words(texts.readBandwidth, "LIST"), "bytes a second, PATH:BYTES");
    add("io-write-bandwidth-max", words(texts.writeBandwidth, "LIST"), "the same for writing");
    add("io-read-iops-max", words(texts.readOperations, "LIST"), "operations a second, PATH:NUMBER");
    add("io-write-iops-max", words(texts.writeOperations, "LIST"), "the same for writing");
    add("allowed-devices", words(texts.devices, "LIST"), "devices for containers, PATH[:rwm]");
    add("default-shm-size", po::value<unsigned>(&texts.shmSize)->default_value(texts.shmSize)->value_name("MIB"),
        "size of /dev/shm; 0 is half of the memory");
    add("allow-host-ipc", yesOrNo(settings.allowHostIpc), "pods may share the host's IPC namespace");
    add("capabilities", words(texts.capabilities, "LIST"), "what root in a container can do, or none");
    add("seccomp-profile",
        po::value<std::string>(&settings.seccompProfile)->default_value(settings.seccompProfile)->value_name("NAME"),
        "profile of containers that name none: default, unconfined, or a file's");
    add("seccomp-profile-directory",
        po::value<std::string>(&settings.seccompDirectory)->default_value(settings.seccompDirectory)->value_name("DIR"),
        "profiles by name: NAME.json");
    add("rlimits", words(texts.rlimits, "LIST"), "resource limits of processes, NAME=SOFT[:HARD]");
    add("default-container-info", words(texts.containerInfo, "JSON"), "for containers that bring none; or a file");
    add("allowed-host-paths", words(texts.hostPaths, "LIST"), "host volumes that need no further right");
    add("disk-watch-interval",
        po::value<unsigned>(&texts.diskInterval)->default_value(texts.diskInterval)->value_name("SEC"),
        "between two measurements of disk usage");
    add("enforce-disk-quota", yesOrNo(settings.enforceDisk), "end containers that have more than their disk");
}

IsolationConfig readIsolation(const IsolationTexts& texts, IsolationSettings settings,
                              const std::function<std::string(const std::string&)>& placeOf) {
    const auto at = [&](const char* setting, auto&& work) {
        within(cat(placeOf(setting), ": ", setting), std::forward<decltype(work)>(work));
    };
    IsolationConfig config{.settings = std::move(settings), .selectionPlace = cat(placeOf("isolation"), ": isolation")};
    IsolationSettings& to = config.settings;
    if (texts.isolation)
        config.selection = items(*texts.isolation);
    if (config.selection && config.selection->empty())
        throw Error(Errc::badDefinition, cat(config.selectionPlace, ": names no isolator; posix/cpu isolates nothing"));
    if (!texts.capabilities.empty())
        at("capabilities", [&] { to.capabilities = readCapabilities(texts.capabilities); });
    at("rlimits", [&] { to.rlimits = parseResourceLimits(join(items(texts.rlimits), " ")); });
    at("allowed-devices", [&] { to.devices = readDevices(texts.devices); });
    at("io-read-bandwidth-max", [&] { to.ioReadBytes = readIoLimits(texts.readBandwidth); });
    at("io-write-bandwidth-max", [&] { to.ioWriteBytes = readIoLimits(texts.writeBandwidth); });
    at("io-read-iops-max", [&] { to.ioReadOperations = readIoLimits(texts.readOperations); });
    at("io-write-iops-max", [&] { to.ioWriteOperations = readIoLimits(texts.writeOperations); });
    at("default-container-info", [&] { to.defaultContainerInfo = readContainerInfo(texts.containerInfo); });
    at("allowed-host-paths", [&] { config.allowedHostPaths = readPaths(texts.hostPaths); });
    at("seccomp-profile-directory", [&] { requireAbsolute(to.seccompDirectory); });
    at("io-weight", [&] {
        if (to.ioWeight > 10000)
            refuse(std::to_string(to.ioWeight), "is more than 10000");
    });
    at("disk-watch-interval", [&] {
        if (texts.diskInterval == 0)
            refuse("0", "must be at least 1");
    });
    to.shmBytes = uint64_t{texts.shmSize} << 20;
    to.diskIntervalUsec = uint64_t{texts.diskInterval} * 1'000'000;
    return config;
}

}  // namespace podd
