// SPDX-License-Identifier: LGPL-2.1-or-later
// What has to be done to launch one instance: plain data, written by the isolators in podd, carried out by the
// executor and its podd-init processes. It is printable and comparable, and the only thing that crosses from the
// part that parses definitions to the parts that have privileges. Secrets never stand in unit properties, so
// environment and arguments are here and not there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace podd {

enum class MountKind : uint32_t {
    bind,   // `source` (absolute path on the host) and what is mounted below it, at `target`
    proc,   // a new procfs of the container's PID namespace
    tmpfs,  // `options` as in tmpfs(5)
    mqueue,
};

struct MountStep {
    MountKind kind = MountKind::bind;
    std::string source;
    std::string target;           // absolute; or relative to the sandbox, where podd-init creates what is missing
    std::string options;          // of the file system
    bool readOnly = false;        // recursively
    bool sourceIsVolume = false;  // for words in errors: mount '/data' of volume 'NAME'
    std::string volume;

    template <typename V>
    void visit(V& v) {
        v(kind), v(source), v(target), v(options), v(readOnly), v(sourceIsVolume), v(volume);
    }
    bool operator==(const MountStep&) const = default;
};

struct ContainerPlan {
    std::string name;
    std::string scope;                     // unit name
    std::string sandbox;                   // absolute path; made by the executor, the working directory
    std::string user;                      // name or number; "" = root
    std::vector<std::string> argv;         // argv[0] is looked up in the container's PATH when it has no '/'
    std::vector<std::string> environment;  // NAME=value
    std::vector<MountStep> mounts;         // in this order
    bool pidNamespace = false;
    uint64_t killGraceUsec = 0;  // from SIGTERM to SIGKILL

    template <typename V>
    void visit(V& v) {
        v(name), v(scope), v(sandbox), v(user), v(argv), v(environment), v(mounts), v(pidNamespace);
        v(killGraceUsec);
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
    std::vector<std::string> directories;  // ephemeral volumes: absolute paths below `sandbox`, made by the executor
    std::string volumeOwner;               // user of those directories; "" = root
    std::string sharedMemory;              // directory below `sandbox` for /dev/shm (mode 1777); "" = none. The
                                           // executor mounts a tmpfs there, in its own mount namespace
    std::vector<ContainerPlan> containers;

    template <typename V>
    void visit(V& v) {
        v(pod), v(number), v(version), v(runDirectory), v(sandbox), v(podSlice), v(instanceSlice), v(hostname);
        v(ipcNamespace), v(utsNamespace), v(directories), v(volumeOwner), v(sharedMemory);
        v(containers);
    }
    bool operator==(const LaunchPlan&) const = default;
};

}  // namespace podd
