// SPDX-License-Identifier: LGPL-2.1-or-later
// A root directory of the container's own, in a mount namespace of its own: the host's root file system, read-only,
// without anything that is mounted on it but what the operating system consists of (/usr, /etc, /opt, /var, where they
// are mounts), and with everything new or empty that would lead out of the container:
//
//   /proc, /sys, /dev   new; what tells about the host or reaches it is hidden or read-only, the devices are six
//   /sys/fs/cgroup      the container's own cgroup, read-only
//   /tmp, /var/tmp      private, on disk, gone with the instance
//   /run                new and empty: no sockets of the host's services
//   /home, /root, the host's keys and passwords, podd's own directories: hidden
//
// The container can write to its sandbox, these private directories, and its volumes.
#include <array>

#include "base/strings.h"
#include "isolators/all.h"

namespace podd {

namespace {

constexpr std::array<const char*, 4> kSystem = {"/usr", "/etc", "/opt", "/var"};

constexpr std::array<const char*, 13> kHidden = {
    "/home",
    "/root",
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/ssh",
    "/etc/ssl/private",
    "/etc/credstore",
    "/etc/credstore.encrypted",
    "/var/lib/systemd/credential.secret",
    "/var/lib/private",
    "/var/lib/containers",
};

constexpr std::array<const char*, 12> kHiddenInProc = {
    "/proc/acpi", "/proc/asound",     "/proc/interrupts",    "/proc/kcore",
    "/proc/keys", "/proc/kmsg",       "/proc/latency_stats", "/proc/sched_debug",
    "/proc/scsi", "/proc/timer_list", "/proc/timer_stats",   "/proc/kallsyms",
};
constexpr std::array<const char*, 5> kReadOnlyInProc = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                                        "/proc/sysrq-trigger"};
constexpr std::array<const char*, 5> kHiddenInSys = {"/sys/firmware", "/sys/fs/selinux", "/sys/kernel/debug",
                                                     "/sys/kernel/tracing", "/sys/devices/virtual/powercap"};

struct Device {
    const char* path;
    const char* numbers;  // Documentation/admin-guide/devices.txt of the kernel
};
constexpr std::array<Device, 6> kDevices = {{{"/dev/null", "1:3"},
                                             {"/dev/zero", "1:5"},
                                             {"/dev/full", "1:7"},
                                             {"/dev/random", "1:8"},
                                             {"/dev/urandom", "1:9"},
                                             {"/dev/tty", "5:0"}}};

struct Link {
    const char* path;
    const char* content;
};
constexpr std::array<Link, 5> kLinks = {{{"/dev/ptmx", "pts/ptmx"},
                                         {"/dev/fd", "/proc/self/fd"},
                                         {"/dev/stdin", "/proc/self/fd/0"},
                                         {"/dev/stdout", "/proc/self/fd/1"},
                                         {"/dev/stderr", "/proc/self/fd/2"}}};

// Where /etc/resolv.conf may lead: names are to be found in a container as on the host, whose network it uses.
constexpr std::array<const char*, 3> kResolvers = {"/run/systemd/resolve", "/run/resolvconf",
                                                   "/run/NetworkManager/resolv.conf"};

using Steps = std::vector<MountStep>;

void hide(Steps& steps, const std::string& path) {
    steps.push_back({.kind = MountKind::mask, .target = path, .readOnly = true, .optional = true});
}

void addRoot(Steps& steps, const InstanceView& view, const ContainerPlan& container) {
    steps.push_back({.kind = MountKind::root, .source = "/", .readOnly = true});
    for (const char* path : kSystem)
        steps.push_back(
            {.source = path, .target = path, .readOnly = true, .check = SourceCheck::otherMount, .optional = true});
    for (const char* path : kHidden)
        hide(steps, path);
    if (!isSameOrBelow(view.runDirectory, "/run"))
        hide(steps, view.runDirectory);
    steps.push_back({.kind = MountKind::tmpfs,
                     .source = "tmpfs",
                     .target = view.stateDirectory,
                     .options = "mode=755,size=64k,nr_inodes=16"});
    steps.push_back({.source = container.sandbox, .target = container.sandbox});
}

void addKernel(Steps& steps) {
    steps.push_back({.kind = MountKind::proc, .source = "proc", .target = "/proc"});
    for (const char* path : kHiddenInProc)
        hide(steps, path);
    for (const char* path : kReadOnlyInProc)
        steps.push_back({.kind = MountKind::readOnly, .target = path, .readOnly = true, .optional = true});
    steps.push_back({.kind = MountKind::sysfs, .source = "sysfs", .target = "/sys", .readOnly = true});
    for (const char* path : kHiddenInSys)
        hide(steps, path);
    steps.push_back({.kind = MountKind::cgroup,
                     .source = "cgroup2",
                     .target = "/sys/fs/cgroup",
                     .readOnly = true,
                     .optional = true});
}

void addDevices(Steps& steps, const IsolationSettings& settings) {
    steps.push_back({.kind = MountKind::tmpfs, .source = "tmpfs", .target = "/dev", .options = "mode=755,size=64k"});
    for (const Device& device : kDevices)
        steps.push_back(
            {.kind = MountKind::device, .source = device.path, .target = device.path, .options = device.numbers});
    for (const AllowedDevice& device : settings.devices)
        steps.push_back({.kind = MountKind::device, .source = device.path, .target = device.path, .optional = true});
    steps.push_back(
        {.kind = MountKind::devpts, .source = "devpts", .target = "/dev/pts", .options = "mode=620,ptmxmode=666"});
    steps.push_back({.kind = MountKind::mqueue, .source = "mqueue", .target = "/dev/mqueue"});
    if (!settings.selected.contains("namespaces/ipc"))  // then the host's is the container's
        steps.push_back({.source = "/dev/shm", .target = "/dev/shm"});
    for (const Link& link : kLinks)
        steps.push_back({.kind = MountKind::link, .source = link.content, .target = link.path});
}

void addPrivate(Steps& steps, const InstanceView& view, LaunchPlan& launch, const ContainerPlan& container) {
    for (const char* path : {"/tmp", "/var/tmp"}) {
        const std::string directory = cat(privateDirectory(launch.sandbox, container.name), path);
        launch.directories.push_back({.path = directory, .mode = 01777});
        steps.push_back({.source = directory, .target = path, .optional = true});
    }
    steps.push_back({.kind = MountKind::tmpfs, .source = "tmpfs", .target = "/run", .options = "mode=755"});
    for (const char* path : kResolvers)
        steps.push_back({.source = path, .target = path, .readOnly = true, .optional = true});
    // Where other pods are, for libnss_podd, which knows this one path.
    steps.push_back(
        {.source = view.runDirectory + "/names", .target = "/run/podd/names", .readOnly = true, .optional = true});
}

class LinuxFilesystemIsolator final : public Isolator {
public:
    explicit LinuxFilesystemIsolator(const IsolationSettings& settings) : settings_(settings) {}

    std::string_view name() const override { return "filesystem/linux"; }

    void prepare(const InstanceView& view, InstancePlan& plan) const override {
        for (ContainerPlan& container : plan.launch.containers) {
            container.mountNamespace = true;
            addRoot(container.mounts, view, container);
            addKernel(container.mounts);
            addDevices(container.mounts, settings_);
            addPrivate(container.mounts, view, plan.launch, container);
        }
    }

private:
    const IsolationSettings& settings_;
};

}  // namespace

std::unique_ptr<Isolator> makeLinuxFilesystemIsolator(const IsolationSettings& settings) {
    return std::make_unique<LinuxFilesystemIsolator>(settings);
}

}  // namespace podd
