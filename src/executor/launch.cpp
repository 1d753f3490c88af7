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

template <typename A, typename B>
constexpr bool same(A a, B b) {
    return static_cast<uint32_t>(a) == static_cast<uint32_t>(b);
}
static_assert(same(MountKind::bind, InitMountKind::bind) && same(MountKind::root, InitMountKind::root) &&
              same(MountKind::proc, InitMountKind::proc) && same(MountKind::sysfs, InitMountKind::sysfs) &&
              same(MountKind::tmpfs, InitMountKind::tmpfs) && same(MountKind::devpts, InitMountKind::devpts) &&
              same(MountKind::mqueue, InitMountKind::mqueue) && same(MountKind::cgroup, InitMountKind::cgroup) &&
              same(MountKind::device, InitMountKind::device) && same(MountKind::mask, InitMountKind::mask) &&
              same(MountKind::readOnly, InitMountKind::readOnly) && same(MountKind::link, InitMountKind::link));
static_assert(same(SourceCheck::none, InitSourceCheck::none) &&
              same(SourceCheck::otherMount, InitSourceCheck::otherMount) &&
              same(SourceCheck::hostVolume, InitSourceCheck::hostVolume));

InitMount<std::string> initMount(const MountStep& step) {
    return {.kind = static_cast<InitMountKind>(step.kind),
            .source = step.source,
            .target = step.target,
            .options = step.options,
            .readOnly = step.readOnly,
            .volume = step.sourceIsVolume,
            .check = static_cast<InitSourceCheck>(step.check),
            .optional = step.optional};
}

UniqueFd initPlan(const LaunchPlan& launch, const ContainerPlan& container, const User& user) {
    InitPlan<std::string, std::vector> plan{.sandbox = container.sandbox,
                                            .uid = user.uid,
                                            .gid = user.gid,
                                            .groups = user.groups,
                                            .argv = container.argv,
                                            .environment = container.environment,
                                            .mountNamespace = container.mountNamespace,
                                            .mounts = {},
                                            .forbidden = launch.forbidden,
                                            .limits = {},
                                            .restrictCapabilities = container.restrictCapabilities,
                                            .capabilities = container.capabilities,
                                            .noNewPrivileges = container.noNewPrivileges,
                                            .seccomp = container.seccomp};
    for (const MountStep& step : container.mounts)
        plan.mounts.push_back(initMount(step));
    for (const ResourceLimit& limit : container.limits)
        plan.limits.push_back({limit.resource, limit.soft, limit.hard});
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

uint64_t ownNamespaces(const ContainerPlan& container) {
    return (container.mountNamespace ? uint64_t{CLONE_NEWNS} : 0) | (container.pidNamespace ? uint64_t{CLONE_NEWPID} : 0) |
           (container.ipcNamespace ? uint64_t{CLONE_NEWIPC} : 0);
}

// A peer that is gone shows by its pidfd.
void sendByte(int control) {
    (void)::send(control, "g", 1, MSG_NOSIGNAL);
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

Started startContainer(const LaunchPlan& launch, const ContainerPlan& container, const User& user, int initImage) {
    Started started;
    const UniqueFd plan = initPlan(launch, container, user);
    const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!null)
        throwErrno(errno, "open '/dev/null'");
    auto [out, outEnd] = outputPipe(user);
    auto [err, errEnd] = outputPipe(user);
    auto [control, controlEnd] = packetPair();
    int pidfd = -1;
    started.pid = cloneInto(ownNamespaces(container), pidfd);
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
    ssize_t n = ::recv(control, &report, sizeof(report), MSG_DONTWAIT);
    // That the peer ended without having read everything is told first, then what it has said before.
    if (n < 0 && errno == ECONNRESET)
        n = ::recv(control, &report, sizeof(report), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return Heard::nothingYet;
    return n == sizeof(report) ? Heard::report : Heard::closed;
}

void sendScoped(int control) {
    sendByte(control);
}

void sendGo(int control) {
    sendByte(control);
}

}  // namespace podd
