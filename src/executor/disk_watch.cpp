// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/disk_watch.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/sched.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "base/error.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/tree.h"
#include "model/names.h"

namespace podd {

namespace {

constexpr int kLeastNice = 19;

// Runs in the child, which has the executor's memory and nothing else of it.
[[noreturn]] void count(const LaunchPlan& plan, int answer) {
    (void)::prctl(PR_SET_NAME, "podd-du");
    (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)::setpriority(PRIO_PROCESS, 0, kLeastNice);
    if (::dup2(answer, STDIN_FILENO) < 0)
        ::_exit(1);
    (void)::close_range(STDERR_FILENO + 1, ~0U, 0);
    std::vector<uint64_t> bytes;
    for (const ContainerPlan& container : plan.containers)
        bytes.push_back(!container.measureDisk
                            ? 0
                            : treeSize(container.sandbox) + treeSize(privateDirectory(plan.sandbox, container.name)));
    const size_t size = bytes.size() * sizeof(uint64_t);
    ::_exit(::write(STDIN_FILENO, bytes.data(), size) == static_cast<ssize_t>(size) ? 0 : 1);
}

pid_t forkWithPidfd(int& pidfd) {
    clone_args arguments{};
    arguments.flags = CLONE_PIDFD;
    arguments.pidfd = reinterpret_cast<uint64_t>(&pidfd);
    arguments.exit_signal = SIGCHLD;
    return static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

}  // namespace

void DiskWatch::start() {
    const bool wanted = std::any_of(plan_.containers.begin(), plan_.containers.end(),
                                    [](const ContainerPlan& container) { return container.measureDisk; });
    if (wanted && plan_.diskIntervalUsec > 0)
        next_ = loop_.timer(plan_.diskIntervalUsec, [this] { measure(); });
}

void DiskWatch::stop() {
    next_.reset();
    answered_.reset();
    if (child_)
        (void)::syscall(SYS_pidfd_send_signal, child_.get(), SIGKILL, nullptr, 0);
    reap();
}

void DiskWatch::measure() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) < 0)
        return start();
    answer_.reset(ends[0]);
    const UniqueFd writer(ends[1]);
    int pidfd = -1;
    const pid_t child = forkWithPidfd(pidfd);
    if (child == 0)
        count(plan_, writer.get());
    if (child < 0) {
        log::warning(cat(plan_.pod, '.', plan_.number, ": measure disk: ", errnoText(errno)));
        return start();
    }
    child_.reset(pidfd);
    answered_ = loop_.io(answer_.get(), EPOLLIN, [this] { onAnswer(); });
}

void DiskWatch::onAnswer() {
    std::vector<uint64_t> bytes(plan_.containers.size());
    const size_t size = bytes.size() * sizeof(uint64_t);
    const bool whole = ::read(answer_.get(), bytes.data(), size) == static_cast<ssize_t>(size);
    answered_.reset();
    reap();
    start();
    if (whole)
        measured_(bytes);
}

void DiskWatch::reap() {
    answer_.reset();
    siginfo_t info{};
    while (child_ && ::waitid(P_PIDFD, static_cast<id_t>(child_.get()), &info, WEXITED) < 0 && errno == EINTR)
        continue;
    child_.reset();
}

}  // namespace podd
