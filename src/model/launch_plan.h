// SPDX-License-Identifier: LGPL-2.1-or-later
// What has to be done to launch one instance: plain data, written by the isolators in podd, carried out by the
// executor and its podd-init processes. It is printable and comparable, and the only thing that crosses from the
// part that parses definitions to the parts that have privileges. Secrets never stand in unit properties, so
// environment and arguments are here and not there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/enum_table.h"
#include "model/capability.h"
#include "model/endpoint_binding.h"
#include "model/network_order.h"

namespace podd {

enum class MountKind : uint32_t {
    bind,    // `source` (absolute path on the host) and what is mounted below it, at `target`
    root,    // `source`, without what is mounted below it, becomes the root directory; always the first step
    proc,    // a new procfs of the container's PID namespace
    sysfs,   // a new sysfs of the network namespace
    tmpfs,   // `options` as in tmpfs(5)
    devpts,  // a new instance, `options` as in the kernel's filesystems/devpts
    mqueue,
    cgroup,    // the container's own cgroup and what is below it; made once the container is in its unit
    device,    // the character device `source` of the host; `options` is "MAJOR:MINOR" that it has to be, "" = any
    mask,      // hides what is at `target`: a file behind /dev/null, a directory behind an empty one
    readOnly,  // what is at `target` already, made read-only
    link,      // a symbolic link at `target` that says `source`
};
constexpr auto kMountKinds = makeEnumTable<MountKind>({{MountKind::bind, "bind"},
                                                       {MountKind::root, "root"},
                                                       {MountKind::proc, "proc"},
                                                       {MountKind::sysfs, "sysfs"},
                                                       {MountKind::tmpfs, "tmpfs"},
                                                       {MountKind::devpts, "devpts"},
                                                       {MountKind::mqueue, "mqueue"},
                                                       {MountKind::cgroup, "cgroup2"},
                                                       {MountKind::device, "device"},
                                                       {MountKind::mask, "mask"},
                                                       {MountKind::readOnly, "read-only"},
                                                       {MountKind::link, "link"}});

// Which sources a bind takes, beyond that they have to exist.
enum class SourceCheck : uint32_t {
    none,        // podd's own directories
    otherMount,  // left out when it is on the mount of the host's root directory
    hostVolume,  // a directory or regular file of the host that shows nothing of `LaunchPlan::forbidden`
};

struct MountStep {
    MountKind kind = MountKind::bind;
    std::string source;
    std::string target;           // absolute; or relative to the sandbox. What is missing is made where that can be
    std::string options;          // of the file system
    bool readOnly = false;        // recursively
    bool sourceIsVolume = false;  // for words in errors: mount '/data' of volume 'NAME'
    std::string volume;
    SourceCheck check = SourceCheck::none;
    bool optional = false;  // what is not there (the source of a bind or device, the target of a mask) is left out

    template <typename V>
    void visit(V& v) {
        v(kind), v(source), v(target), v(options), v(readOnly), v(sourceIsVolume), v(volume), v(check), v(optional);
    }
    bool operator==(const MountStep&) const = default;
};

// A directory that the executor makes below the instance's sandbox, and whose end is the sandbox's.
struct DirectoryStep {
    std::string path;   // absolute
    std::string owner;  // name or number of a user; "" = root
    uint32_t mode = 0755;
    std::string like;  // a directory of the host whose owner and mode it gets instead; "" = none

    template <typename V>
    void visit(V& v) {
        v(path), v(owner), v(mode), v(like);
    }
    bool operator==(const DirectoryStep&) const = default;
};

// A file that the executor makes below the instance's sandbox, mode 0644, for containers to see.
struct FileStep {
    std::string path;  // absolute
    std::string content;

    template <typename V>
    void visit(V& v) {
        v(path), v(content);
    }
    bool operator==(const FileStep&) const = default;
};

// Of those files, below the sandbox of an instance with a network of its own.
inline std::string hostsFileOf(const std::string& sandbox) {
    return sandbox + "/network/hosts";
}
inline std::string resolverFileOf(const std::string& sandbox) {
    return sandbox + "/network/resolv.conf";
}

// As in getrlimit(2); UINT64_MAX is RLIM_INFINITY.
struct ResourceLimit {
    uint32_t resource = 0;
    uint64_t soft = 0;
    uint64_t hard = 0;

    template <typename V>
    void visit(V& v) {
        v(resource), v(soft), v(hard);
    }
    bool operator==(const ResourceLimit&) const = default;
};

// What a check says about its container: whether it is healthy (if not, it is ended), or whether it is ready.
enum class CheckPurpose : uint32_t { health, readiness };
constexpr auto kCheckPurposes =
    makeEnumTable<CheckPurpose>({{CheckPurpose::health, "health"}, {CheckPurpose::readiness, "readiness"}});

enum class ProbeKind : uint32_t {
    command,  // `argv` in the container, with its user, environment and working directory: passes with exit 0
    tcp,      // a connection to `port` of 127.0.0.1 in the network namespace of the instance
    http,     // a GET of `url`: passes with a status of 200 to 399
};
constexpr auto kProbeKinds =
    makeEnumTable<ProbeKind>({{ProbeKind::command, "command"}, {ProbeKind::tcp, "tcp"}, {ProbeKind::http, "http"}});

// A question that the executor asks again and again, and what follows from the answers (core/health.h).
struct CheckPlan {
    CheckPurpose purpose = CheckPurpose::health;
    ProbeKind probe = ProbeKind::command;
    std::vector<std::string> argv;
    uint64_t port = 0;
    std::string url;
    uint64_t delayUsec = 0;     // before the first probe
    uint64_t intervalUsec = 0;  // from the beginning of one to that of the next; never 0
    uint64_t timeoutUsec = 0;   // for an answer; never 0
    uint64_t graceUsec = 0;     // in which failures do not count, before the first success
    uint64_t maxFailures = 0;   // one after another, that end the container; 0 = none does

    template <typename V>
    void visit(V& v) {
        v(purpose), v(probe), v(argv), v(port), v(url), v(delayUsec), v(intervalUsec), v(timeoutUsec), v(graceUsec);
        v(maxFailures);
    }
    bool operator==(const CheckPlan&) const = default;
};

struct ContainerPlan {
    std::string name;
    std::string scope;                     // unit name
    std::string sandbox;                   // absolute path; made by the executor, the working directory
    std::string user;                      // name or number; "" = root
    std::vector<std::string> argv;         // argv[0] is looked up in the container's PATH when it has no '/'
    std::vector<std::string> environment;  // NAME=value
    std::vector<MountStep> mounts;         // in this order
    bool mountNamespace = false;           // without one there are no mounts
    bool pidNamespace = false;
    bool ipcNamespace = false;  // of its own, instead of the instance's
    bool restrictCapabilities = false;
    CapabilitySet capabilities = 0;  // the bounding set, and what root has; everybody else has none
    bool noNewPrivileges = false;
    std::vector<uint64_t> seccomp;  // struct sock_filter each (seccomp(2)); empty = no filter
    std::vector<ResourceLimit> limits;
    uint64_t diskLimit = 0;      // bytes below its directories before it is ended; 0 = none
    bool measureDisk = false;    // tell how much it has there
    uint64_t killGraceUsec = 0;  // from SIGTERM to SIGKILL
    std::vector<CheckPlan> checks;

    template <typename V>
    void visit(V& v) {
        v(name), v(scope), v(sandbox), v(user), v(argv), v(environment), v(mounts), v(mountNamespace), v(pidNamespace);
        v(ipcNamespace), v(restrictCapabilities), v(capabilities), v(noNewPrivileges), v(seccomp), v(limits);
        v(diskLimit), v(measureDisk), v(killGraceUsec), v(checks);
    }
    bool operator==(const ContainerPlan&) const = default;
};

struct LaunchPlan {
    std::string pod;           // /prod/web
    uint64_t number = 0;       // of the instance
    std::string version;       // of the definition
    std::string runDirectory;  // /run/podd: executor.sock, and instances/<escaped>/ for the record
    std::string sandbox;       // directory of the instance; container sandboxes and volumes are below it
    std::string podSlice;      // units, for the journal's fields
    std::string instanceSlice;
    std::string hostname;  // of the UTS namespace; "" = the host's
    bool ipcNamespace = false;
    bool utsNamespace = false;
    bool networkNamespace = false;            // with a loopback interface
    std::vector<NetworkAttachment> networks;  // that it is on besides
    std::vector<DirectoryStep> directories;
    std::vector<FileStep> files;
    std::string sharedMemory;            // directory below `sandbox` for /dev/shm (mode 1777); "" = none. The executor
                                         // mounts a tmpfs there, in its own mount namespace
    std::string sharedMemoryOptions;     // of that tmpfs: "size=64m"
    std::vector<std::string> forbidden;  // directories of the host that no host volume shows, nor is in
    std::vector<std::string> confining;  // a host volume whose path is below one of these leads nowhere else
    uint64_t diskIntervalUsec = 0;       // between two measurements
    std::vector<EndpointBinding> endpoints;
    std::vector<ContainerPlan> containers;

    template <typename V>
    void visit(V& v) {
        v(pod), v(number), v(version), v(runDirectory), v(sandbox), v(podSlice), v(instanceSlice), v(hostname);
        v(ipcNamespace), v(utsNamespace), v(networkNamespace), v(networks);
        v(directories), v(files), v(sharedMemory), v(sharedMemoryOptions);
        v(forbidden), v(confining), v(diskIntervalUsec), v(endpoints), v(containers);
    }
    bool operator==(const LaunchPlan&) const = default;
};

}  // namespace podd
