// SPDX-License-Identifier: LGPL-2.1-or-later
// podd-init: what stands between a container's namespaces and its program. Started by the executor in the
// container's new namespaces, from a sealed memfd; links nothing but libc, statically, so that nothing is
// loaded from a file system that the container shapes. It does everything that can fail, says that it is
// ready, and waits: nothing of the container runs before the executor releases all containers of the instance
// together. The commands of checks go the same way into containers that run.
#include <errno.h>
#include <unistd.h>

#include "init/command.h"
#include "init/credentials.h"
#include "init/failpoint.h"
#include "init/join.h"
#include "init/mounts.h"
#include "init/plan.h"
#include "init/process.h"
#include "init/report.h"
#include "init/seccomp.h"
#include "init/supervise.h"
#include "init/system.h"

using namespace podd;
using namespace podd::init;

namespace {

void enterSandbox(const Plan& plan) {
    const int fd = openAt(AT_FDCWD, plan.sandbox.c_str(), O_PATH | O_DIRECTORY, RESOLVE_NO_MAGICLINKS);
    if (fd < 0 || fchdir(fd) < 0)
        fail(InitStep::sandbox, errno, plan.sandbox.c_str());
    close(fd);
}

// With the eyes of its user, while this process still has what it takes to do the rest.
const char* commandAsUser(const Plan& plan) {
    seeAsUser(plan);
    const char* const command = findCommand(plan);
    seeAsRoot();
    return command;
}

// A further command in a container that runs.
[[noreturn]] void join(const Plan& plan) {
    joinContainer(plan);
    enterSandbox(plan);
    const char* const command = commandAsUser(plan);
    restrictBounds(plan);
    setLimits(plan);
    beSupervised(plan);
    filterBeforeUser(plan);
    becomeUser(plan);
    endWithSupervisor();
    filterAfterUser(plan);
    resetSignals();
    execCommand(plan, command);
}

}  // namespace

int main() {
    endOnTerm();
    const Plan plan = readPlan();
    detach(plan);
    if (plan.join)
        join(plan);
    if (plan.tellNamespaces)
        tellNamespaces();
    PODD_FAILPOINT("init.plan");
    awaitSandbox();
    PODD_FAILPOINT("init.sandbox");
    makeMounts(plan);
    PODD_FAILPOINT("init.mounts");
    enterSandbox(plan);
    const char* const command = commandAsUser(plan);
    PODD_FAILPOINT("init.command");
    restrictBounds(plan);
    PODD_FAILPOINT("init.bounds");
    awaitUnit();
    PODD_FAILPOINT("init.unit");
    enterCgroup(plan);
    setLimits(plan);
    PODD_FAILPOINT("init.limits");
    filterBeforeUser(plan);
    becomeUser(plan);
    PODD_FAILPOINT("init.user");
    filterAfterUser(plan);
    PODD_FAILPOINT("init.filter");
    awaitGo();
    PODD_FAILPOINT("init.go");
    resetSignals();
    execCommand(plan, command);
}
