// SPDX-License-Identifier: LGPL-2.1-or-later
// What an executor and its podd-init processes say to each other. podd-init is built without libstdc++, so
// this header uses nothing of it: the text and list types are parameters, and both ends share one visit() and
// so one shape.
//
//   descriptor 4   the InitPlan in a sealed memfd (base/wire.h's encoding: Writer on the one side, init/plan.h on
//                  the other)
//   descriptor 3   a SOCK_SEQPACKET socket. The executor sends one byte when the sandbox is complete, so that there
//                  is something to mount, and one when the process is in its unit; from then on its cgroup is its
//                  own. podd-init sends one InitReport (`ready`, or the step that failed), the executor answers
//                  with a third byte, the go. End of file before the go means: give up. It is close-on-exec, so its
//                  end after the go means that the container's program has been exec'ed, unless a report came
//                  before. An executor that will run checks in the container asks for its namespaces, and gets
//                  them with the first report of all (`namespaces`).
//
// A command that is to run in a container that runs already is prepared by podd-init as well (InitPlan::join). It waits
// for nothing, and a step that fails is all that is said. From descriptor 5 on it gets
//                  cgroup.procs of the cgroup to enter, if `group`
//                  `namespaces` namespaces to enter; the PID namespace is entered by being born in it
#pragma once

#include <stdint.h>

namespace podd {

constexpr uint32_t kInitProtocol = 4;  // raised whenever anything here changes its shape
constexpr int kInitControlFd = 3;
constexpr int kInitPlanFd = 4;
constexpr int kInitJoinFd = 5;      // the first of those for a join
constexpr int kInitNamespaces = 3;  // at most: of mounts, PIDs and IPC, in this order

// MountKind and SourceCheck of model/launch_plan.h, for those without <string>.
enum class InitMountKind : uint32_t {
    bind,
    root,
    proc,
    sysfs,
    tmpfs,
    devpts,
    mqueue,
    cgroup,
    device,
    mask,
    readOnly,
    link
};
enum class InitSourceCheck : uint32_t { none, otherMount, hostVolume };

struct InitLimit {  // ResourceLimit
    uint32_t resource = 0;
    uint64_t soft = 0;
    uint64_t hard = 0;

    template <typename V>
    void visit(V& v) {
        v(resource), v(soft), v(hard);
    }
};

template <typename Text>
struct InitMount {
    InitMountKind kind = InitMountKind::bind;
    Text source;
    Text target;
    Text options;
    bool readOnly = false;
    bool volume = false;  // somebody's wish: not where podd keeps things
    InitSourceCheck check = InitSourceCheck::none;
    bool optional = false;

    template <typename V>
    void visit(V& v) {
        v(kind), v(source), v(target), v(options), v(readOnly), v(volume), v(check), v(optional);
    }
};

template <typename Text, template <typename...> typename List>
struct InitPlan {
    uint32_t protocol = kInitProtocol;
    Text sandbox;
    uint32_t uid = 0;
    uint32_t gid = 0;
    List<uint32_t> groups;  // supplementary
    List<Text> argv;
    List<Text> environment;
    bool mountNamespace = false;
    List<InitMount<Text>> mounts;
    List<Text> forbidden;
    List<Text> confining;
    List<InitLimit> limits;
    bool restrictCapabilities = false;
    uint64_t capabilities = 0;
    bool noNewPrivileges = false;
    List<uint64_t> seccomp;
    bool tellNamespaces = false;
    bool join = false;
    bool group = false;
    uint32_t namespaces = 0;
    bool cgroupNamespace = false;  // make one, when it has entered the cgroup

    template <typename V>
    void visit(V& v) {
        v(protocol), v(sandbox), v(uid), v(gid), v(groups), v(argv), v(environment), v(mountNamespace), v(mounts);
        v(forbidden), v(confining), v(limits), v(restrictCapabilities), v(capabilities), v(noNewPrivileges), v(seccomp);
        v(tellNamespaces), v(join), v(group), v(namespaces), v(cgroupNamespace);
    }
};

// The steps of podd-init, as far as an error has to tell them apart.
enum class InitStep : uint32_t {
    ready,        // none failed
    plan,         // the plan is broken or of another build
    setup,        // `detail` names what
    sandbox,      // the working directory
    mountSource,  // `index` of the mount
    forbidden,    // `index` of the mount: `detail` is what its source would show, or is (a socket, a device …)
    target,       // `index` of the mount: a volume over `detail`, which podd keeps
    mountPoint,   // `index` of the mount
    mount,        // `index` of the mount
    limit,        // `index` of the limit
    user,         // `detail` names the call
    seccomp,      // `detail` names the call
    command,      // `detail` is the command, or the file that it was found to be
    interpreter,  // `detail` is the command's interpreter
    exec,         // after the go: `detail` is the file
    namespaces,   // none failed: the report brings the namespaces along (SCM_RIGHTS)
};

struct InitReport {
    InitStep step = InitStep::ready;
    int32_t error = 0;  // errno
    uint32_t index = 0;
    char detail[1012] = {};  // NUL-terminated, cut if need be
};

}  // namespace podd
