// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/launch.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/socket.h"
#include "base/strings.h"
#include "base/wire.h"
#include "executor/loopback.h"

namespace podd {

namespace {

constexpr int kNotExecuted = 126;                  // as shells have it (POSIX, Command Search and Execution)
constexpr size_t kBirthMemory = size_t{16} << 10;  // mostly stack, and hardly any of it is touched

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

using Plan = InitPlan<std::string, std::vector>;

void addLimits(Plan& plan, const ContainerPlan& container) {
    for (const ResourceLimit& limit : container.limits)
        plan.limits.push_back({limit.resource, limit.soft, limit.hard});
}

UniqueFd sealedPlan(const Plan& plan) {
    wire::Writer writer;
    writer(plan);
    return sealedMemfd("podd-plan", writer.take());
}

UniqueFd initPlan(const LaunchPlan& launch, const ContainerPlan& container, const User& user) {
    Plan plan{.sandbox = container.sandbox,
              .uid = user.uid,
              .gid = user.gid,
              .groups = user.groups,
              .argv = container.argv,
              .environment = container.environment,
              .mountNamespace = container.mountNamespace,
              .mounts = {},
              .forbidden = launch.forbidden,
              .confining = launch.confining,
              .limits = {},
              .restrictCapabilities = container.restrictCapabilities,
              .capabilities = container.capabilities,
              .noNewPrivileges = container.noNewPrivileges,
              .seccomp = container.seccomp,
              .tellNamespaces = runsCommands(container)};
    for (const MountStep& step : container.mounts)
        plan.mounts.push_back(initMount(step));
    addLimits(plan, container);
    return sealedPlan(plan);
}

UniqueFd joinPlan(const Join& join, const std::vector<std::string>& argv) {
    const ContainerPlan& container = join.container;
    Plan plan{.sandbox = container.sandbox,
              .uid = join.user.uid,
              .gid = join.user.gid,
              .groups = join.user.groups,
              .argv = argv,
              .environment = container.environment,
              .mountNamespace = false,
              .mounts = {},
              .forbidden = {},
              .confining = {},
              .limits = {},
              .restrictCapabilities = container.restrictCapabilities,
              .capabilities = container.capabilities,
              .noNewPrivileges = container.noNewPrivileges,
              .seccomp = container.seccomp,
              .tellNamespaces = false,
              .join = true,
              .group = !join.group.empty(),
              .namespaces = 2,
              .cgroupNamespace = join.cgroupNamespace};
    addLimits(plan, container);
    return sealedPlan(plan);
}

// A pipe whose ends belong to the container's user, so that it can open /dev/stdout.
std::pair<UniqueFd, UniqueFd> outputPipe(const User& user) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) < 0)
        throwErrno(errno, "pipe");
    std::pair<UniqueFd, UniqueFd> pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
    const bool foreign = user.uid != 0 || user.gid != 0;
    // The read end alone is non-blocking: the flag belongs to the open file, and each end is one.
    if ((foreign && ::fchown(ends[1], user.uid, user.gid) < 0) || ::fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
        throwErrno(errno, "pipe");
    return pipe;
}

struct Birth {
    int image;
    std::array<int, 8> descriptors;  // become 0, 1, 2 ...
    size_t count;                    // of them
};

// Runs in the child, but in the executor's memory, beside the executor: only system calls here, and nothing of a
// sanitizer. If one fails, errno may be wrong for both of them, and the launch with it.
__attribute__((no_sanitize("address", "undefined"))) int becomeInit(void* argument) {
    constexpr int kOutOfTheWay = 16;
    Birth birth = *static_cast<const Birth*>(argument);
    const int program = ::fcntl(birth.image, F_DUPFD_CLOEXEC, kOutOfTheWay);
    for (size_t i = 0; i < birth.count; ++i)
        birth.descriptors[i] = ::fcntl(birth.descriptors[i], F_DUPFD_CLOEXEC, kOutOfTheWay);
    for (size_t i = 0; i < birth.count; ++i)
        if (::dup2(birth.descriptors[i], static_cast<int>(i)) < 0)
            return kNotExecuted;
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
    return kNotExecuted;
}

// A child with page tables of its own would have them for one exec only, and the executor would pay for each page that
// it writes to afterwards. With vfork(2) the executor would wait for the exec.
pid_t cloneInto(uint64_t namespaces, const Birth& birth, std::byte* memory, int& pidfd) {
    void* const argument = new (memory) Birth(birth);
    const uint64_t flags = namespaces | CLONE_VM | CLONE_PIDFD | SIGCHLD;
    return ::clone(becomeInit, memory + kBirthMemory, static_cast<int>(flags), argument, &pidfd);
}

uint64_t ownNamespaces(const ContainerPlan& container) {
    return (container.mountNamespace ? uint64_t{CLONE_NEWNS} : 0) |
           (container.pidNamespace ? uint64_t{CLONE_NEWPID} : 0) |
           (container.ipcNamespace ? uint64_t{CLONE_NEWIPC} : 0);
}

// Children are born into the PID namespace until this goes.
class ForChildren {
public:
    explicit ForChildren(int pidNamespace) : own_(::open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC)) {
        if (!own_ || ::setns(pidNamespace, CLONE_NEWPID) < 0)
            throwErrno(errno, "PID namespace of the container");
    }
    ~ForChildren() { (void)::setns(own_.get(), CLONE_NEWPID); }
    ForChildren(const ForChildren&) = delete;
    ForChildren& operator=(const ForChildren&) = delete;

private:
    UniqueFd own_;
};

ssize_t receive(int control, InitReport& report, std::vector<UniqueFd>& fds) {
    iovec part{&report, sizeof(report)};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kInitNamespaces)> space{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = space.data();
    message.msg_controllen = space.size();
    const ssize_t size = ::recvmsg(control, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (size < 0)
        return size;
    for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr; each = CMSG_NXTHDR(&message, each)) {
        const size_t count = each->cmsg_type == SCM_RIGHTS ? (each->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
        for (size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(each) + i * sizeof(int), sizeof(fd));
            fds.emplace_back(fd);
        }
    }
    return size;
}

// A peer that is gone shows by its pidfd.
void sendByte(int control) {
    (void)::send(control, "g", 1, MSG_NOSIGNAL);
}

}  // namespace

bool runsCommands(const ContainerPlan& container) {
    return std::any_of(container.checks.begin(), container.checks.end(),
                       [](const CheckPlan& each) { return each.probe == ProbeKind::command; });
}

void enterNamespaces(const LaunchPlan& plan) {
    if (plan.ipcNamespace && ::unshare(CLONE_NEWIPC) < 0)
        throwErrno(errno, "new IPC namespace");
    if (plan.networkNamespace) {
        if (::unshare(CLONE_NEWNET) < 0)
            throwErrno(errno, "new network namespace");
        raiseLoopback();
    }
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
    const Birth birth{initImage, {null.get(), outEnd.get(), errEnd.get(), controlEnd.get(), plan.get()}, 5};
    started.memory = std::make_unique_for_overwrite<std::byte[]>(kBirthMemory);
    started.pid = cloneInto(ownNamespaces(container), birth, started.memory.get(), pidfd);
    if (started.pid < 0)
        throwErrno(errno, "clone");
    started.pidfd.reset(pidfd);
    started.control = std::move(control);
    started.out = std::move(out);
    started.err = std::move(err);
    return started;
}

Started startCommand(const Join& join, const std::vector<std::string>& argv, int initImage) {
    Started started;
    const UniqueFd plan = joinPlan(join, argv);
    const UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!null)
        throwErrno(errno, "open '/dev/null'");
    auto [out, outEnd] = outputPipe(join.user);
    auto [control, controlEnd] = packetPair();
    Birth birth{initImage, {null.get(), outEnd.get(), outEnd.get(), controlEnd.get(), plan.get()}, 5};
    UniqueFd group;
    if (!join.group.empty()) {
        group.reset(::open(cat(join.group, "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
        if (!group)
            throwErrno(errno, "cgroup of the container");
        birth.descriptors[birth.count++] = group.get();
    }
    birth.descriptors[birth.count++] = join.namespaces.mount.get();
    birth.descriptors[birth.count++] = join.namespaces.ipc.get();
    int pidfd = -1;
    started.memory = std::make_unique_for_overwrite<std::byte[]>(kBirthMemory);
    {
        const ForChildren born(join.namespaces.pid.get());
        started.pid = cloneInto(0, birth, started.memory.get(), pidfd);
    }
    if (started.pid < 0)
        throwErrno(errno, "clone");
    started.pidfd.reset(pidfd);
    started.control = std::move(control);
    started.out = std::move(out);
    return started;
}

Heard receiveReport(int control, InitReport& report, std::vector<UniqueFd>& fds) {
    report = {};
    ssize_t n = receive(control, report, fds);
    // That the peer ended without having read everything is told first, then what it has said before.
    if (n < 0 && errno == ECONNRESET)
        n = receive(control, report, fds);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return Heard::nothingYet;
    return n == sizeof(report) ? Heard::report : Heard::closed;
}

void sendSandbox(int control) {
    sendByte(control);
}

void sendScoped(int control) {
    sendByte(control);
}

void sendGo(int control) {
    sendByte(control);
}

}  // namespace podd
