// SPDX-License-Identifier: LGPL-2.1-or-later
// Starts pkttyagent(1), as systemctl does: without an agent in the session polkit can only say no.
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "base/strings.h"
#include "cli/terminal.h"

namespace podd::cli {

namespace {

constexpr int kAgentPatienceMs = 5000;

[[noreturn]] void runAgent(int readyFd) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::fcntl(readyFd, F_SETFD, 0);
    const std::string fd = cat(readyFd);
    // --fallback: an agent of the desktop, if there is one, is asked first.
    ::execlp("pkttyagent", "pkttyagent", "--notify-fd", fd.c_str(), "--fallback", nullptr);
    ::_exit(EXIT_FAILURE);
}

}  // namespace

PasswordAgent::PasswordAgent(bool wanted) {
    if (!wanted || ::geteuid() == 0 || ::isatty(STDIN_FILENO) == 0 || ::isatty(STDERR_FILENO) == 0)
        return;
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0)
        return;
    const UniqueFd ready(ends[0]);
    UniqueFd notify(ends[1]);
    child_ = ::fork();
    if (child_ == 0)
        runAgent(notify.get());
    notify.reset();
    // The agent closes its end when it is registered, or by not being installed.
    pollfd wait{.fd = ready.get(), .events = POLLIN, .revents = 0};
    (void)::poll(&wait, 1, kAgentPatienceMs);
}

PasswordAgent::~PasswordAgent() {
    if (child_ <= 0)
        return;
    ::kill(child_, SIGTERM);
    ::kill(child_, SIGCONT);  // it may have been stopped by reading the terminal from the background
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR)
        continue;
}

}  // namespace podd::cli
