// SPDX-License-Identifier: LGPL-2.1-or-later
// The processes of an instance: the namespaces that its containers share are the executor's own, each
// container's first process is a podd-init in those that are its own (mount, PID, IPC, as planned). What is started here
// waits; see model/init_protocol.h for what it says.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "executor/users.h"
#include "model/init_protocol.h"
#include "model/launch_plan.h"

namespace podd {

// Enters the namespaces that the containers share; they inherit them.
void enterNamespaces(const LaunchPlan& plan);

// Whether some check of it is a command: its namespaces are needed then, for as long as it lives.
bool runsCommands(const ContainerPlan& container);

struct Started {
    pid_t pid = 0;
    UniqueFd pidfd;
    UniqueFd control;
    UniqueFd out;  // read ends of the container's pipes; non-blocking
    UniqueFd err;
    std::unique_ptr<std::byte[]> memory;  // the process runs in it until it has exec'ed podd-init
};

// `initImage` is the sealed memfd with podd-init; `container` is one of the plan's.
Started startContainer(const LaunchPlan& plan, const ContainerPlan& container, const User& user, int initImage);

// Of a container that runs, for the commands of its checks; as its podd-init has told (model/init_protocol.h).
struct Namespaces {
    UniqueFd mount;
    UniqueFd pid;
    UniqueFd ipc;
};

// What has to be known to run a further command in a container.
struct Join {
    const ContainerPlan& container;  // its environment, filter and limits have not been forgotten
    const User& user;
    const Namespaces& namespaces;
    bool cgroupNamespace = false;
    std::string group;  // directory of the cgroup to enter; "" = the executor's
};

// Its output, both streams, is in Started::out; Started::err is nothing. The control socket tells which step has failed.
Started startCommand(const Join& join, const std::vector<std::string>& argv, int initImage);

enum class Heard { report, nothingYet, closed };
// `fds` gets the descriptors that came along.
Heard receiveReport(int control, InitReport& report, std::vector<UniqueFd>& fds);

// Tells a podd-init that its sandbox is complete, and what it mounts is there.
void sendSandbox(int control);

// Tells a podd-init that it is in its unit.
void sendScoped(int control);

// Lets the container's program be exec'ed.
void sendGo(int control);

}  // namespace podd
