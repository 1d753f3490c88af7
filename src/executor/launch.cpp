// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/launch.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/socket.h"
#include "base/strings.h"
#include "base/wire.h"

namespace podd {

namespace {

static_assert(static_cast<uint32_t>(MountKind::bind) == static_cast<uint32_t>(InitMountKind::bind));
static_assert(static_cast<uint32_t>(MountKind::proc) == static_cast<uint32_t>(InitMountKind::proc));
static_assert(static_cast<uint32_t>(MountKind::tmpfs) == static_cast<uint32_t>(InitMountKind::tmpfs));
static_assert(static_cast<uint32_t>(MountKind::mqueue) == static_cast<uint32_t>(InitMountKind::mqueue));

InitMount<std::string> initMount(const MountStep& step) {
    // proc and mqueue have no options of their own here; a source is only for binds.
    return {.kind = static_cast<InitMountKind>(step.kind),
            .source = step.kind == MountKind::bind ? step.source : "",
            .target = step.target,
            .options = step.options,
            .readOnly = step.readOnly,
            .volume = step.sourceIsVolume};
}

UniqueFd initPlan(const ContainerPlan& container, const User& user) {
    InitPlan<std::string, std::vector> plan{.sandbox = container.sandbox,
                                            .uid = user.uid,
                                            .gid = user.gid,
                                            .groups = user.groups,
                                            .argv = container.argv,
                                            .environment = container.environment,
                                            .mounts = {}};
    for (const MountStep& step : container.mounts)
        plan.mounts.push_back(initMount(step));
    const bool hasProc = std::any_of(container.mounts.begin(), container.mounts.end(),
                                     [](const MountStep& step) { return step.kind == MountKind::proc; });
    if (container.pidNamespace && !hasProc)  // the host's /proc would show processes that are not the container's
        plan.mounts.push_back(initMount({.kind = MountKind::proc, .target = "/proc"}));
    wire::Writer writer;
    writer(plan);
    return sealedMemfd("podd-plan", writer.take());
}

// A pipe whose ends belong to the container's user, so that it can open /dev/stdout.
std::pair<UniqueFd, UniqueFd> outputPipe(const User& user) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) < 0)
        throwErrno(errno, "pipe");
    std::pair<UniqueFd, UniqueFd> pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
    // The read end alone is non-blocking: the flag belongs to the open file, and each end is one.
    if (::fchown(ends[1], user.uid, user.gid) < 0 || ::fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
        throwErrno(errno, "pipe");
    return pipe;
}

// Runs in the child, a copy of the executor until the exec: only system calls here. `fds` become 0, 1, 2 ...
[[noreturn]] void becomeInit(int image, std::array<int, 5> fds) {
    constexpr int kOutOfTheWay = 16;
    const int program = ::fcntl(image, F_DUPFD_CLOEXEC, kOutOfTheWay);
    for (int& fd : fds)
        fd = ::fcntl(fd, F_DUPFD_CLOEXEC, kOutOfTheWay);
    for (int i = 0; i < static_cast<int>(fds.size()); ++i)
        if (::dup2(fds[static_cast<size_t>(i)], i) < 0)
            ::_exit(126);
    std::array<char, 10> name{"podd-init"};
    std::array<char*, 2> arguments{name.data(), nullptr};
    std::array<char*, 1> environment{nullptr};
    ::syscall(SYS_execveat, program, "", arguments.data(), environment.data(), AT_EMPTY_PATH);
    InitReport report;
    report.step = InitStep::exec;
    report.error = errno;
    name.back() = '\0';
    std::copy(name.begin(), name.end(), report.detail);
    (void)::send(kInitControlFd, &report, sizeof(report), MSG_NOSIGNAL);
    ::_exit(126);
}

pid_t cloneInto(uint64_t namespaces, int& pidfd) {
    clone_args arguments{};
    arguments.flags = namespaces | CLONE_PIDFD;
    arguments.pidfd = reinterpret_cast<uint64_t>(&pidfd);
    arguments.exit_signal = SIGCHLD;
    return static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

}  // namespace

void enterNamespaces(const LaunchPlan& plan) {
    if (plan.ipcNamespace && ::unshare(CLONE_NEWIPC) < 0)
        throwErrno(errno, "new IPC namespace");
    if (plan.utsNamespace && ::unshare(CLONE_NEWUTS) < 0)
        throwErrno(errno, "new UTS namespace");
    if (plan.utsNamespace && !plan.hostname.empty() && ::sethostname(plan.hostname.c_str(), plan.hostname.size()) < 0)
        throwErrno(errno, cat("hostname ", quoted(plan.hostname)));
}

Started startContainer(const ContainerPlan& container, const User& user, int initImage) {
    Started started;
    const UniqueFd plan = initPlan(container, user);
    const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!null)
        throwErrno(errno, "open '/dev/null'");
    auto [out, outEnd] = outputPipe(user);
    auto [err, errEnd] = outputPipe(user);
    auto [control, controlEnd] = packetPair();
    int pidfd = -1;
    const uint64_t namespaces = CLONE_NEWNS | (container.pidNamespace ? uint64_t{CLONE_NEWPID} : 0);
    started.pid = cloneInto(namespaces, pidfd);
    if (started.pid == 0)
        becomeInit(initImage, {null.get(), outEnd.get(), errEnd.get(), controlEnd.get(), plan.get()});
    if (started.pid < 0)
        throwErrno(errno, "clone");
    started.pidfd.reset(pidfd);
    started.control = std::move(control);
    started.out = std::move(out);
    started.err = std::move(err);
    return started;
}

Heard receiveReport(int control, InitReport& report) {
    report = {};
    const ssize_t n = ::recv(control, &report, sizeof(report), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return Heard::nothingYet;
    return n == sizeof(report) ? Heard::report : Heard::closed;
}

void sendGo(int control) {
    (void)::send(control, "g", 1, MSG_NOSIGNAL);  // a peer that is gone shows by its pidfd
}

}  // namespace podd
