// SPDX-License-Identifier: LGPL-2.1-or-later
#include "init/process.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "init/guards.h"
#include "init/report.h"
#include "init/system.h"

namespace podd::init {

namespace {

void onTerm(int) {
    _exit(128 + SIGTERM);
}

void unblockAll() {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

// The spawner's keys are not the container's. Kernels without keyrings have nothing to share.
void leaveKeyring() {
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr) < 0 && errno != ENOSYS)
        fail(InitStep::setup, errno, "session keyring");
}

// The spawner is protected from the OOM killer; a container is not.
void resetOomScore() {
    const int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "0", 1) != 1)
        fail(InitStep::setup, errno, "oom_score_adj");
    close(fd);
}

}  // namespace

void endOnTerm() {
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    sigaction(SIGPIPE, &action, nullptr);  // the only one that the executor ignores
    action.sa_handler = onTerm;
    sigaction(SIGTERM, &action, nullptr);
    unblockAll();
}

void resetSignals() {
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    sigaction(SIGTERM, &action, nullptr);
    unblockAll();
}

void detach(const Plan& plan) {
    const unsigned last = static_cast<unsigned>(kInitPlanFd) + (plan.group ? 1 : 0) + plan.namespaces;
    if (kGuarded && closeRange(last + 1) < 0)
        fail(InitStep::setup, errno, "close_range");
    fcntl(kInitControlFd, F_SETFD, FD_CLOEXEC);
    fcntl(kInitPlanFd, F_SETFD, FD_CLOEXEC);
    setsid();                         // fails only when it leads a session already
    prctl(PR_SET_NAME, "podd-init");  // the kernel calls it by the number of a descriptor
    prctl(PR_SET_DUMPABLE, 0);        // until the exec, which sets it anew
    leaveKeyring();
    resetOomScore();
    umask(022);
}

}  // namespace podd::init
