// SPDX-License-Identifier: LGPL-2.1-or-later
#include "isolators/registry.h"

#include "base/file.h"
#include "base/strings.h"
#include "isolators/all.h"
#include "isolators/cgroup_file.h"

namespace podd {

const std::vector<IsolatorEntry>& isolatorTable() {
    // clang-format off
    static const std::vector<IsolatorEntry> table = {
        // name               family   needs                                  hostNeeds                 default make                          summary
        {"filesystem/linux",  "filesystem", "",                               "mnt namespace",      true,  makeLinuxFilesystemIsolator,  "a root directory of its own for each container, of the host's file system, read-only"},
        {"filesystem/shared", "filesystem", "",                               "mnt namespace",      false, makeSharedFilesystemIsolator, "the host's file system with private or shared parts for each container"},
        {"namespaces/pid",    "",      "filesystem/linux|filesystem/shared",  "pid namespace",      true,  makePidNamespaceIsolator,     "a PID namespace for each container"},
        {"namespaces/ipc",    "",      "filesystem/linux|filesystem/shared",  "ipc namespace",      true,  makeIpcNamespaceIsolator,     "an IPC namespace with its own /dev/shm for each instance"},
        {"namespaces/uts",    "",      "",                                    "uts namespace",      true,  makeUtsNamespaceIsolator,     "a hostname for each instance"},
        {"namespaces/net",    "",      "",                                    "net namespace",      true,  makeNetworkNamespaceIsolator, "a network namespace for each instance that is not on the host's network"},
        {"network/bridge",    "",      "namespaces/net",                      "",                   true,  makeBridgeNetworkIsolator,    "podd's own network: a bridge, addresses, ports of the host that lead to pods"},
        {"network/cni",       "",      "namespaces/net",                      "",                   true,  makeCniNetworkIsolator,       "networks that plugins of the Container Network Interface make"},
        {"volume/sandbox_path", "",    "filesystem/linux|filesystem/shared",  "",                   true,  makeSandboxPathIsolator,      "ephemeral volumes, and directories of the sandbox as volumes"},
        {"volume/host_path",  "",      "filesystem/linux",                    "",                   true,  makeHostPathIsolator,         "files and directories of the host as volumes"},
        {"cgroups/cpu",       "cpu",   "",                                    "cpu controller",     true,  makeCpuIsolator,              "processor time in proportion to cpus, and limits of it"},
        {"cgroups/mem",       "mem",   "",                                    "memory controller",  true,  makeMemoryIsolator,           "limits of memory"},
        {"cgroups/pids",      "",      "",                                    "pids controller",    true,  makePidsIsolator,             "limits of the number of processes and threads"},
        {"cgroups/blkio",     "",      "",                                    "io controller",      true,  makeBlockIoIsolator,          "counts, weights and limits of block device I/O"},
        {"cgroups/devices",   "",      "",                                    "",                   true,  makeDevicesIsolator,          "only devices that are nobody's, or allowed"},
        {"cgroups/ip_access", "",      "",                                    "",                   true,  makeIpAccessIsolator,         "addresses with which packets may be exchanged"},
        {"posix/cpu",         "cpu",   "",                                    "",                   false, makePosixCpuIsolator,         "reports processor time, isolates nothing"},
        {"posix/mem",         "mem",   "",                                    "",                   false, makePosixMemoryIsolator,      "reports memory, isolates nothing"},
        {"posix/disk",        "disk",  "",                                    "",                   false, makePosixDiskIsolator,        "reports disk usage, isolates nothing"},
        {"disk/du",           "disk",  "",                                    "",                   true,  makeDiskUsageIsolator,        "measures disk usage, and ends who has too much"},
        {"posix/rlimits",     "",      "",                                    "",                   true,  makeResourceLimitsIsolator,   "resource limits of processes"},
        {"linux/capabilities", "",     "",                                    "",                   true,  makeCapabilitiesIsolator,     "a bounding set of capabilities"},
        {"linux/seccomp",     "",      "",                                    "seccomp",            true,  makeSeccompIsolator,          "filters system calls"},
        {"linux/nnp",         "",      "",                                    "",                   true,  makeNoNewPrivilegesIsolator,  "no privileges by executing a program"},
    };
    // clang-format on
    return table;
}

HostFacts readHostFacts(const std::string& cgroupRoot, const std::string& proc) {
    HostFacts facts;
    for (const std::string& name : split(cgroupText(cgroupRoot, "cgroup.controllers"), ' '))
        if (!name.empty())
            facts.controllers.insert(name);
    for (const std::string& name : listDirectory(proc + "/self/ns"))
        facts.namespaces.insert(name);
    facts.seccomp = !cgroupText(proc + "/sys/kernel/seccomp", "actions_avail").empty();
    return facts;
}

std::string whyImpossible(const IsolatorEntry& entry, const HostFacts& host) {
    if (entry.hostNeeds.empty())
        return "";
    const std::string word(entry.hostNeeds.substr(0, entry.hostNeeds.find(' ')));
    if (entry.hostNeeds == "seccomp")
        return host.seccomp ? "" : "the kernel has no seccomp filters";
    if (entry.hostNeeds.ends_with(" controller"))
        return host.controllers.count(word) > 0 ? "" : cat("the unified cgroup hierarchy has no ", entry.hostNeeds);
    return host.namespaces.count(word) > 0 ? "" : cat("the kernel has no ", entry.hostNeeds);
}

}  // namespace podd
