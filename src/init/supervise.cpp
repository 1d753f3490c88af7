// SPDX-License-Identifier: LGPL-2.1-or-later
#include "init/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init/credentials.h"
#include "init/report.h"
#include "init/system.h"

namespace podd::init {

namespace {

constexpr int kNotExecuted = 126;
constexpr useconds_t kStepUsec = 1000;  // a killed process may take a moment, with much memory a longer one
constexpr int kMostSteps = 1000;        // for what may be another user's by now, and not to be killed

volatile pid_t command;

void onTerm(int) {
    const int error = errno;
    kill(-command, SIGKILL);
    errno = error;
}

// The zombie keeps the number of the group from being anybody else's.
void awaitEnd() {
    siginfo_t info = {};
    while (waitid(P_PID, static_cast<id_t>(command), &info, WEXITED | WNOWAIT) < 0)
        if (errno != EINTR)
            _exit(kNotExecuted);
}

// How the command has ended.
int reapGroup() {
    int status = 0;
    for (;;) {
        int each = 0;
        const pid_t ended = waitpid(-command, &each, WNOHANG);
        if (ended == command)
            status = each;
        else if (ended == 0)
            usleep(kStepUsec);
        else if (ended < 0 && errno != EINTR)
            return status;
    }
}

// proc_pid_children(5): numbers, each followed by a space; what does not fit in is there the next time.
void killChildren() {
    char text[4096];
    const int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    const ssize_t size = fd < 0 ? 0 : read(fd, text, sizeof(text));
    pid_t number = 0;
    for (ssize_t i = 0; i < size; ++i) {
        if (text[i] >= '0' && text[i] <= '9') {
            number = number * 10 + (text[i] - '0');
            continue;
        }
        if (number > 1)
            kill(number, SIGKILL);
        number = 0;
    }
    if (fd >= 0)
        close(fd);
}

// What has left the group, by setsid(2) for example, becomes a child of this process when its parent has gone.
void reapOthers() {
    for (int step = 0; step < kMostSteps; ++step) {
        pid_t ended = 0;
        while ((ended = waitpid(-1, nullptr, WNOHANG)) > 0)
            continue;
        if (ended < 0 && errno == ECHILD)
            return;  // nearly always at once
        killChildren();
        usleep(kStepUsec);
    }
}

[[noreturn]] void endAs(int status) {
    if (WIFEXITED(status))
        _exit(WEXITSTATUS(status));
    const int number = WTERMSIG(status);
    signal(number, SIG_DFL);
    kill(getpid(), number);
    _exit(128 + number);
}

}  // namespace

void beSupervised(const Plan& plan) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t child = fork();
    if (child < 0)
        fail(InitStep::setup, errno, "fork");
    setpgid(child, child);  // both do it, whoever comes first
    if (child == 0)
        return;
    command = child;
    struct sigaction action = {};
    action.sa_handler = onTerm;
    sigaction(SIGTERM, &action, nullptr);
    becomeUser(plan);
    closeRange(0);  // the output ends with the command's
    awaitEnd();
    kill(-command, SIGKILL);
    const int status = reapGroup();
    reapOthers();
    endAs(status);
}

void endWithSupervisor() {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

}  // namespace podd::init
