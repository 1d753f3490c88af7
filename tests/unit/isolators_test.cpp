// SPDX-License-Identifier: LGPL-2.1-or-later
// What each isolator adds to a plan, alone as far as it can be alone.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/file.h"
#include "fakes/isolation.h"
#include "fakes/world.h"

namespace podd {

namespace {

using Names = std::vector<std::string>;

PodSpec pod() {
    PodSpec spec;
    spec.id = "/web";
    spec.containers = {{.name = "a"}, {.name = "b"}};
    for (ContainerSpec& container : spec.containers)
        container.command.argv = {"true"};
    return spec;
}

InstancePlan planWith(const Names& names, const PodSpec& spec = pod(), IsolationSettings settings = {}) {
    return fakes::planOf(spec, fakes::isolation(std::move(settings), names));
}

const PropertyValue* find(const UnitPlan& unit, const std::string& name) {
    const auto it = std::find_if(unit.properties.begin(), unit.properties.end(),
                                 [&](const UnitProperty& each) { return each.name == name; });
    return it == unit.properties.end() ? nullptr : &it->value;
}

std::optional<uint64_t> number(const UnitPlan& unit, const std::string& name) {
    const PropertyValue* value = find(unit, name);
    return value == nullptr ? std::nullopt : std::optional<uint64_t>(std::get<uint64_t>(*value));
}

const MountStep* mountAt(const ContainerPlan& container, const std::string& target) {
    const auto it = std::find_if(container.mounts.rbegin(), container.mounts.rend(),
                                 [&](const MountStep& step) { return step.target == target; });
    return it == container.mounts.rend() ? nullptr : &*it;
}

const DirectoryStep* directoryAt(const LaunchPlan& plan, const std::string& path) {
    const auto it = std::find_if(plan.directories.begin(), plan.directories.end(),
                                 [&](const DirectoryStep& step) { return step.path == path; });
    return it == plan.directories.end() ? nullptr : &*it;
}

TEST(PosixMode, IsolatesNothing) {
    const InstancePlan plan = planWith({"posix/cpu", "posix/mem"});
    EXPECT_FALSE(plan.launch.ipcNamespace || plan.launch.utsNamespace || plan.launch.networkNamespace);
    for (const ContainerPlan& container : plan.launch.containers) {
        EXPECT_FALSE(container.mountNamespace || container.pidNamespace || container.ipcNamespace);
        EXPECT_FALSE(container.restrictCapabilities || container.noNewPrivileges);
        EXPECT_TRUE(container.mounts.empty() && container.seccomp.empty() && container.limits.empty());
    }
    for (const UnitPlan& scope : plan.scopes)
        for (const char* name : {"MemoryMax", "CPUWeight", "TasksMax", "CPUQuotaPerSecUSec"})
            EXPECT_EQ(find(scope, name), nullptr) << name;
    EXPECT_EQ(find(plan.slice, "DevicePolicy"), nullptr);
}

TEST(FilesystemLinux, MakesARootThatIsReadOnly) {
    const InstancePlan plan = planWith({"filesystem/linux"});
    const ContainerPlan& container = plan.launch.containers[0];
    EXPECT_TRUE(container.mountNamespace);
    ASSERT_FALSE(container.mounts.empty());
    EXPECT_EQ(container.mounts[0].kind, MountKind::root);
    EXPECT_TRUE(container.mounts[0].readOnly);
    EXPECT_EQ(std::count_if(container.mounts.begin(), container.mounts.end(),
                            [](const MountStep& step) { return step.kind == MountKind::root; }),
              1);
    for (const char* path : {"/root", "/home", "/etc/shadow", "/proc/kcore", "/sys/firmware"})
        EXPECT_TRUE(mountAt(container, path) != nullptr && mountAt(container, path)->kind == MountKind::mask) << path;
    EXPECT_EQ(mountAt(container, "/state")->kind, MountKind::tmpfs) << "other sandboxes are not seen";
    EXPECT_EQ(mountAt(container, container.sandbox)->source, container.sandbox);
    EXPECT_TRUE(mountAt(container, "/sys")->readOnly);
    EXPECT_EQ(mountAt(container, "/sys/fs/cgroup")->kind, MountKind::cgroup);
}

TEST(FilesystemLinux, GivesEachContainerItsOwnTmp) {
    const InstancePlan plan = planWith({"filesystem/linux"});
    const std::string a = mountAt(plan.launch.containers[0], "/tmp")->source;
    const std::string b = mountAt(plan.launch.containers[1], "/tmp")->source;
    EXPECT_NE(a, b);
    EXPECT_EQ(directoryAt(plan.launch, a)->mode, 01777u);
    EXPECT_TRUE(a.starts_with(plan.launch.sandbox + "/"));
}

TEST(FilesystemLinux, ShowsTheDevicesThatAreAllowed) {
    const InstancePlan plan = planWith({"filesystem/linux"}, pod(), {.devices = {{"/dev/fuse", "rw"}}});
    const ContainerPlan& container = plan.launch.containers[0];
    EXPECT_EQ(mountAt(container, "/dev/null")->options, "1:3");
    EXPECT_EQ(mountAt(container, "/dev/fuse")->kind, MountKind::device);
    EXPECT_EQ(mountAt(planWith({"filesystem/linux"}).launch.containers[0], "/dev/fuse"), nullptr);
}

TEST(FilesystemShared, MakesTmpPrivateByDefaultContainerInfo) {
    const IsolationSettings settings{
        .defaultContainerInfo = {.volumes = {{"tmp", "/tmp"}, {"/srv/x", "/opt/x", true}}}};
    const InstancePlan plan = planWith({"filesystem/shared"}, pod(), settings);
    for (const ContainerPlan& container : plan.launch.containers) {
        EXPECT_TRUE(container.mountNamespace);
        const std::string directory = container.sandbox + "/tmp";
        EXPECT_EQ(mountAt(container, "/tmp")->source, directory);
        EXPECT_EQ(directoryAt(plan.launch, directory)->like, "/tmp");
        EXPECT_TRUE(mountAt(container, "/opt/x")->readOnly);
        EXPECT_EQ(mountAt(container, "/opt/x")->check, SourceCheck::hostVolume);
    }
}

TEST(FilesystemShared, AContainerThatBringsVolumesGetsNoDefaults) {
    const IsolationSettings settings{.defaultContainerInfo = {.volumes = {{"tmp", "/tmp"}}}};
    PodSpec spec = pod();
    spec.volumes = {{.name = "own", .source = HostVolume{"var"}}};
    spec.containers[0].mounts = {{"own", "/var/own"}};
    const LaunchPlan plan = planWith({"filesystem/shared"}, spec, settings).launch;
    EXPECT_EQ(mountAt(plan.containers[0], "/tmp"), nullptr);
    EXPECT_EQ(mountAt(plan.containers[0], "/var/own")->source, plan.containers[0].sandbox + "/var");
    EXPECT_EQ(directoryAt(plan, plan.containers[0].sandbox + "/var")->like, "/var/own");
    EXPECT_NE(mountAt(plan.containers[1], "/tmp"), nullptr);
}

TEST(FilesystemShared, RefusesVolumesInOneAnotherByComponents) {
    PodSpec spec = pod();
    spec.volumes = {{.name = "x", .source = HostVolume{"x"}}, {.name = "y", .source = HostVolume{"y"}}};
    const Isolation isolation = fakes::isolation({}, Names{"filesystem/shared"});
    const auto problems = [&](const std::string& first, const std::string& second) {
        spec.containers[0].mounts = {{"x", first}, {"y", second}};
        return isolation.obstacles(spec).size();
    };
    EXPECT_EQ(problems("/tmp", "/tmpfoo"), 0U);
    EXPECT_EQ(problems("/tmp", "/tmp/x"), 1U);
    EXPECT_EQ(problems("/var/tmp", "/var"), 1U);
    EXPECT_EQ(problems("/tmp", "/tmp"), 1U);
}

TEST(NamespacesIpc, HaveTheModesOfTheDefinition) {
    const Names names = {"filesystem/linux", "namespaces/ipc"};
    PodSpec spec = pod();
    spec.ipc = IpcInfo{IpcMode::isPrivate, 16};
    spec.containers[0].ipc = IpcInfo{IpcMode::isPrivate, 8};
    const LaunchPlan own = planWith(names, spec).launch;
    EXPECT_TRUE(own.ipcNamespace);
    EXPECT_EQ(own.sharedMemoryOptions, "size=16777216");
    EXPECT_TRUE(own.containers[0].ipcNamespace);
    EXPECT_EQ(mountAt(own.containers[0], "/dev/shm")->options, "mode=1777,size=8388608");
    EXPECT_FALSE(own.containers[1].ipcNamespace);
    EXPECT_EQ(mountAt(own.containers[1], "/dev/shm")->source, own.sharedMemory);

    spec.ipc = IpcInfo{IpcMode::shareParent, std::nullopt};
    const LaunchPlan host = planWith(names, spec, {.allowHostIpc = true}).launch;
    EXPECT_FALSE(host.ipcNamespace);
    EXPECT_TRUE(host.sharedMemory.empty());
    EXPECT_EQ(mountAt(host.containers[1], "/dev/shm")->source, "/dev/shm");
    EXPECT_EQ(planWith(names, pod(), {.shmBytes = 4096}).launch.sharedMemoryOptions, "size=4096");
}

TEST(NamespacesPid, MountsAProcIfNobodyElseHas) {
    const auto procs = [](const InstancePlan& plan) {
        const auto& mounts = plan.launch.containers[0].mounts;
        return std::count_if(mounts.begin(), mounts.end(),
                             [](const auto& step) { return step.kind == MountKind::proc; });
    };
    const InstancePlan shared = planWith({"filesystem/shared", "namespaces/pid"});
    EXPECT_TRUE(shared.launch.containers[0].pidNamespace);
    EXPECT_EQ(procs(shared), 1);
    EXPECT_EQ(procs(planWith({"filesystem/linux", "namespaces/pid"})), 1);
}

TEST(VolumeSandboxPath, MakesRelativeHostPathsInTheContainersOwnSandbox) {
    PodSpec spec = pod();
    spec.user = "nobody";
    spec.volumes = {{.name = "v", .source = HostVolume{"cache/x"}}};
    spec.containers[0].mounts = {{"v", "/srv"}};
    spec.containers[1].mounts = {{"v", "mine", true}};
    const LaunchPlan plan = planWith({"filesystem/linux", "volume/sandbox_path"}, spec).launch;
    for (const auto& [i, target] : {std::pair(0, "/srv"), std::pair(1, "mine")}) {
        const ContainerPlan& container = plan.containers[static_cast<size_t>(i)];
        EXPECT_EQ(mountAt(container, target)->source, container.sandbox + "/cache/x");
        EXPECT_EQ(directoryAt(plan, container.sandbox + "/cache/x")->owner, "nobody");
    }
    EXPECT_TRUE(mountAt(plan.containers[1], "mine")->readOnly);
}

TEST(CgroupsCpu, LimitsWhereThereIsALimit) {
    PodSpec spec = pod();
    spec.containers[0].limits.cpus = 1.5;
    const InstancePlan one = planWith({"cgroups/cpu"}, spec);
    EXPECT_EQ(number(one.scopes[0], "CPUQuotaPerSecUSec"), 1'500'000u);
    EXPECT_EQ(number(one.scopes[1], "CPUQuotaPerSecUSec"), std::nullopt);
    EXPECT_EQ(number(one.slice, "CPUQuotaPerSecUSec"), std::nullopt) << "not all of its containers have one";
    spec.containers[1].limits.cpus = 0.001;
    EXPECT_EQ(number(planWith({"cgroups/cpu"}, spec).slice, "CPUQuotaPerSecUSec"), 1'501'000u);
    spec.containers[1].limits.cpus = kUnlimited;
    EXPECT_EQ(number(planWith({"cgroups/cpu"}, spec).scopes[1], "CPUQuotaPerSecUSec"), std::nullopt);
    EXPECT_EQ(number(planWith({"cgroups/cpu"}, pod(), {.cfs = true}).scopes[0], "CPUQuotaPerSecUSec"), 1'000'000u);
}

TEST(CgroupsMem, LimitsRequestsAndSums) {
    PodSpec spec = pod();
    spec.containers[0].resources.mem = 64;
    spec.containers[0].limits.mem = 128;
    spec.containers[1].resources.mem = 32;
    const InstancePlan plan = planWith({"cgroups/mem"}, spec);
    EXPECT_EQ(number(plan.scopes[0], "MemoryMax"), 128u << 20);
    EXPECT_EQ(number(plan.scopes[0], "MemoryLow"), 64u << 20);
    EXPECT_EQ(number(plan.scopes[0], "MemorySwapMax"), 0u);
    EXPECT_EQ(number(plan.scopes[1], "MemoryMax"), 32u << 20);
    EXPECT_EQ(number(plan.scopes[1], "MemoryLow"), std::nullopt);
    EXPECT_EQ(number(plan.slice, "MemoryMax"), 160u << 20);
    EXPECT_EQ(std::get<std::string>(*find(plan.scopes[0], "OOMPolicy")), "kill");
    EXPECT_EQ(number(planWith({"cgroups/mem"}, spec, {.limitSwap = false}).scopes[0], "MemorySwapMax"), std::nullopt);
    spec.containers[1].limits.mem = kUnlimited;
    EXPECT_EQ(number(planWith({"cgroups/mem"}, spec).slice, "MemoryMax"), UINT64_MAX);
}

TEST(LegacySharedCgroups, LeaveOnlyTheSums) {
    PodSpec spec = pod();
    spec.legacySharedCgroups = true;
    const InstancePlan plan = planWith({"cgroups/cpu", "cgroups/mem", "cgroups/pids", "cgroups/blkio"}, spec);
    for (const char* name : {"MemoryMax", "CPUWeight"})
        EXPECT_EQ(find(plan.scopes[0], name), nullptr) << name;
    for (const char* name : {"MemoryMax", "CPUWeight", "TasksMax"})
        EXPECT_NE(find(plan.slice, name), nullptr) << name;
    EXPECT_EQ(number(plan.scopes[0], "TasksMax"), UINT64_MAX) << "and not systemd's default";
}

TEST(CgroupsPids, CountTheContainers) {
    const InstancePlan plan = planWith({"cgroups/pids"}, pod(), {.pids = 100});
    EXPECT_EQ(number(plan.scopes[1], "TasksMax"), 100u);
    EXPECT_EQ(number(plan.slice, "TasksMax"), 200u);
    EXPECT_EQ(number(planWith({"cgroups/pids"}, pod(), {.pids = 0}).scopes[0], "TasksMax"), UINT64_MAX);
}

TEST(CgroupsBlkio, SaysWhatTheOperatorSays) {
    const IsolationSettings settings{.ioWeight = 50, .ioReadBytes = {{"/dev/vda", 1048576}}};
    const InstancePlan plan = planWith({"cgroups/blkio"}, pod(), settings);
    EXPECT_EQ(number(plan.scopes[0], "IOWeight"), 50u);
    EXPECT_EQ(std::get<NumberPairs>(*find(plan.scopes[0], "IOReadBandwidthMax")), (NumberPairs{{"/dev/vda", 1048576}}));
    EXPECT_EQ(find(plan.scopes[0], "IOWriteBandwidthMax"), nullptr);
}

TEST(CgroupsDevices, CloseTheInstance) {
    const InstancePlan plan = planWith({"cgroups/devices"}, pod(), {.devices = {{"/dev/fuse", "rw"}}});
    EXPECT_EQ(std::get<std::string>(*find(plan.slice, "DevicePolicy")), "closed");
    EXPECT_EQ(std::get<TextPairs>(*find(plan.slice, "DeviceAllow")), (TextPairs{{"/dev/fuse", "rw"}}));
}

TEST(NamespacesNet, AreForPodsThatAreNotOnTheHostsNetwork) {
    PodSpec spec = pod();
    EXPECT_FALSE(planWith({"namespaces/net"}, spec).launch.networkNamespace);
    spec.networks = {{.mode = NetworkMode::container, .name = "none"}};
    EXPECT_TRUE(planWith({"namespaces/net"}, spec).launch.networkNamespace);
    spec.networks = {{.mode = NetworkMode::bridge}, {.name = "blue"}};
    EXPECT_TRUE(planWith({"namespaces/net"}, spec).launch.networkNamespace);
}

TEST(NamespacesNet, BringFilesWithNames) {
    PodSpec spec = pod();
    const auto hostsOf = [&](const std::vector<std::string>& isolators) {
        std::string seen;
        const InstancePlan plan = planWith(isolators, spec);
        for (const FileStep& file : plan.launch.files)
            if (file.path == hostsFileOf(plan.launch.sandbox))
                seen = file.content;
        for (const ContainerPlan& container : plan.launch.containers)
            for (const MountStep& step : container.mounts)
                if (step.target == "/etc/hosts")
                    seen += cat("mounted from ", step.source.substr(plan.launch.sandbox.size()),
                                step.readOnly ? ", ro\n" : "\n");
        return seen;
    };
    EXPECT_EQ(hostsOf({"filesystem/linux", "namespaces/net"}), "") << "the host's network comes with the host's names";
    spec.networks = {{.mode = NetworkMode::bridge}};
    const std::string seen = hostsOf({"filesystem/linux", "namespaces/net"});
    EXPECT_NE(seen.find("127.0.0.1"), std::string::npos);
    EXPECT_NE(seen.find("mounted from /network/hosts, ro\n"), std::string::npos) << seen;
    EXPECT_EQ(hostsOf({"namespaces/net"}).find("mounted"), std::string::npos) << "nowhere to mount it";
}

TEST(Networks, AreMadeByWhoeverCan) {
    PodSpec spec = pod();
    spec.networks = {{.name = "blue"}, {.name = "podd"}};
    const auto namesOf = [&](const std::vector<std::string>& isolators) {
        std::string names;
        for (const NetworkAttachment& each : planWith(isolators, spec).launch.networks)
            names += each.network + ' ';
        return names;
    };
    EXPECT_EQ(namesOf({"namespaces/net"}), "");
    EXPECT_EQ(namesOf({"namespaces/net", "network/bridge"}), "podd ");
    EXPECT_EQ(namesOf({"namespaces/net", "network/cni"}), "blue ");
    EXPECT_EQ(namesOf({"namespaces/net", "network/bridge", "network/cni"}), "podd blue ");
}

TEST(CgroupsIpAccess, IsOfTheSlice) {
    PodSpec spec = pod();
    EXPECT_EQ(find(planWith({"cgroups/ip_access"}, spec).slice, "IPAddressDeny"), nullptr);
    spec.ipAddresses = {.allow = {"192.0.2.0/24"}, .deny = {"any"}};
    const InstancePlan plan = planWith({"cgroups/ip_access"}, spec);
    EXPECT_EQ(std::get<IpPrefixes>(*find(plan.slice, "IPAddressAllow")), (IpPrefixes{{AF_INET, {192, 0, 2, 0}, 24}}));
    EXPECT_EQ(std::get<IpPrefixes>(*find(plan.slice, "IPAddressDeny")),
              (IpPrefixes{{AF_INET, {0, 0, 0, 0}, 0}, {AF_INET6, std::vector<uint8_t>(16), 0}}));
    for (const UnitPlan& scope : plan.scopes)
        EXPECT_EQ(find(scope, "IPAddressDeny"), nullptr);
}

TEST(PosixRlimits, PutTheDefaultsOverTheSettings) {
    const IsolationSettings settings{.rlimits = {{7, 100, 200}, {4, 0, 0}},
                                     .defaultContainerInfo = {.rlimits = {{7, 1, 2}}}};
    PodSpec spec = pod();
    spec.volumes = {{.name = "v", .source = HostVolume{"/srv"}}};
    spec.containers[1].mounts = {{"v", "v"}};
    const LaunchPlan plan = planWith({"posix/rlimits"}, spec, settings).launch;
    EXPECT_EQ(plan.containers[0].limits, (std::vector<ResourceLimit>{{7, 1, 2}, {4, 0, 0}}));
    EXPECT_EQ(plan.containers[1].limits, (std::vector<ResourceLimit>{{7, 100, 200}, {4, 0, 0}}));
}

TEST(LinuxIsolators, RestrictRights) {
    const ContainerPlan capable = planWith({"linux/capabilities"}).launch.containers[0];
    EXPECT_TRUE(capable.restrictCapabilities);
    EXPECT_EQ(capable.capabilities, kDefaultCapabilities);
    EXPECT_TRUE(planWith({"linux/nnp"}).launch.containers[0].noNewPrivileges);
    EXPECT_FALSE(planWith({"linux/seccomp"}).launch.containers[0].seccomp.empty());
    EXPECT_TRUE(
        planWith({"linux/seccomp"}, pod(), {.seccompProfile = "unconfined"}).launch.containers[0].seccomp.empty());
    PodSpec spec = pod();
    spec.containers[0].seccomp = Seccomp{"", true};
    const LaunchPlan plan = planWith({"linux/seccomp"}, spec).launch;
    EXPECT_TRUE(plan.containers[0].seccomp.empty());
    EXPECT_FALSE(plan.containers[1].seccomp.empty());
}

TEST(Disk, IsMeasuredForThoseWhoAskForIt) {
    PodSpec spec = pod();
    spec.containers[0].resources.disk = 10;
    const LaunchPlan du = planWith({"disk/du"}, spec).launch;
    EXPECT_TRUE(du.containers[0].measureDisk);
    EXPECT_FALSE(du.containers[1].measureDisk);
    EXPECT_EQ(du.containers[0].diskLimit, 0u);
    EXPECT_EQ(planWith({"disk/du"}, spec, {.enforceDisk = true}).launch.containers[0].diskLimit, 10u << 20);
    EXPECT_TRUE(planWith({"posix/disk"}, spec).launch.containers[1].measureDisk);
}

TEST(CgroupUsage, IsWhatTheFilesSay) {
    const fakes::Directory directory;
    const auto write = [&](const char* file, const std::string& text) {
        writeFileAtomically(directory.path + "/" + file, text, Durability::volatileFile);
    };
    write("cpu.stat", "usage_usec 12\nuser_usec 6\nthrottled_usec 3\n");
    write("cpu.max", "50000 100000\n");
    write("memory.current", "4096\n");
    write("memory.peak", "8192\n");
    write("memory.max", "max\n");
    write("memory.events", "low 0\noom 1\noom_kill 2\noom_group_kill 1\n");
    write("memory.pressure",
          "some avg10=1.50 avg60=0.25 avg300=0.00 total=77\nfull avg10=0.00 avg60=0 avg300=0 total=0\n");
    write("io.stat", "8:0 rbytes=100 wbytes=7 rios=1 wios=1\n8:16 rbytes=20 wbytes=0 rios=1 wios=0\n");
    write("pids.current", "5\n");
    write("pids.max", "max\n");
    const Usage usage = fakes::isolation().usage(directory.path);
    EXPECT_EQ(usage.cpuNsec, 12000u);
    EXPECT_EQ(usage.cpuQuotaUsec, 500'000u);
    EXPECT_EQ(usage.throttledUsec, 3u);
    EXPECT_EQ(usage.memoryBytes, 4096u);
    EXPECT_EQ(usage.memoryPeakBytes, 8192u);
    EXPECT_EQ(usage.memoryMaxBytes, kNoMaximum);
    EXPECT_EQ(usage.oomKills, 2u);
    EXPECT_DOUBLE_EQ(usage.memoryPressure.average10, 1.5);
    EXPECT_EQ(usage.memoryPressure.totalUsec, 77u);
    EXPECT_EQ(usage.ioReadBytes, 120u);
    EXPECT_EQ(usage.ioWriteBytes, 7u);
    EXPECT_EQ(usage.tasks, 5u);
    EXPECT_EQ(usage.tasksMax, kNoMaximum);

    const Usage nothing = fakes::isolation({}, Names{}).usage(directory.path);
    EXPECT_EQ(nothing.cpuNsec, kUnknown) << "nobody looks after it";
    EXPECT_EQ(fakes::isolation().usage(directory.path + "/gone").memoryBytes, kUnknown);
}

}  // namespace

}  // namespace podd
