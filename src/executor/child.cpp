// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/child.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <malloc.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/log.h"
#include "base/socket.h"
#include "base/strings.h"
#include "base/tree.h"
#include "base/wire.h"
#include "executor/executor.h"
#include "executor/loop.h"

namespace podd {

namespace {

constexpr int kFirstKept = 3;  // descriptors that a child keeps are 3, 4 ...

// Moves `fds` to 3, 4 ..., closes the others, and points 0 and 1 at /dev/null. stderr stays: it is the
// journal.
void keepOnly(std::initializer_list<int> fds) {
    constexpr int kOutOfTheWay = 64;
    int last = kFirstKept - 1;
    std::vector<int> moved;
    for (const int fd : fds)
        moved.push_back(::fcntl(fd, F_DUPFD_CLOEXEC, kOutOfTheWay));
    for (const int fd : moved)
        if (::dup3(fd, ++last, O_CLOEXEC) < 0)
            throwErrno(errno, "dup3");
    ::close_range(static_cast<unsigned>(last) + 1, ~0U, 0);
    const UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!null || ::dup2(null.get(), STDIN_FILENO) < 0 || ::dup2(null.get(), STDOUT_FILENO) < 0)
        throwErrno(errno, "open '/dev/null'");
}

void leaveSpawner(std::initializer_list<int> fds, const char* name) {
    for (int signal = 1; signal < NSIG; ++signal)
        (void)::signal(signal, SIG_DFL);  // fails for SIGKILL and SIGSTOP, which have no other
    (void)::signal(SIGPIPE, SIG_IGN);     // journald may go; podd-init sets it back
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);  // taken by the event loop
    sigprocmask(SIG_SETMASK, &mask, nullptr);
    (void)::setsid();
    (void)::prctl(PR_SET_NAME, name);
    (void)::umask(022);
    keepOnly(fds);
}

// What a launch would wait for otherwise: after a fork the first write to a page costs a copy of it, and each step in
// which the heap grows or shrinks a system call. What the launch leaves is given back when it is over.
void warmUp() {
    (void)::mallopt(M_TOP_PAD, 512 << 10);
    (void)::mallopt(M_TRIM_THRESHOLD, 1 << 20);
    constexpr size_t kPlan = size_t{96} << 10;  // about what an Executor and the plan of three containers take
    const auto memory = std::make_unique_for_overwrite<char[]>(kPlan);
    for (size_t at = 0; at < kPlan; at += 4096)
        static_cast<volatile char*>(memory.get())[at] = 0;
    Loop loop([](const std::string&) {});
    const Watch term = loop.signal(SIGTERM, [] {});
    const Watch watch = loop.timer(0, [&] { loop.leave(); });
    loop.run();
}

// The plan; nothing when the spawner has ended.
UniqueFd awaitPlan(const UniqueFd& orders) {
    pollfd readable{.fd = orders.get(), .events = POLLIN, .revents = 0};
    Packet packet;
    for (;;) {
        (void)::poll(&readable, 1, /* timeout= */ -1);
        switch (receivePacket(orders.get(), packet)) {
            case Received::nothingYet: continue;
            case Received::closed: return {};
            case Received::packet: break;
        }
        if (packet.fds.size() != 1)
            throw Error(Errc::internal, "the order has no plan");
        return std::move(packet.fds.front());
    }
}

}  // namespace

rlimit raiseDescriptorLimit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) < 0)
        throwErrno(errno, "getrlimit");
    const rlimit raised{.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) < 0)
        throwErrno(errno, "setrlimit");
    return limit;
}

void becomeExecutor(const Settings& settings, const rlimit& descriptors, int orders, int initImage) {
    try {
        leaveSpawner({orders, initImage}, "podd-executor");
        (void)::setrlimit(RLIMIT_NOFILE, &descriptors);  // lowering never fails
        UniqueFd imageFd(kFirstKept + 1);
        warmUp();
        UniqueFd planFd = awaitPlan(UniqueFd(kFirstKept));
        if (!planFd)
            ::_exit(0);
        PODD_FAILPOINT("executor.plan");
        LaunchPlan plan = wire::decode<LaunchPlan>(readSealed(planFd.get()));
        planFd.reset();
        // Not freed: the process ends with it.
        auto* const executor = new Executor(settings, std::move(plan), std::move(imageFd));
        executor->run();
        ::_exit(0);
    } catch (const std::exception& error) {
        log::error(cat("executor: ", error.what()));
    }
    ::_exit(1);
}

void becomeRemover(const std::string& path, int complaints) {
    try {
        leaveSpawner({complaints}, "podd-remover");
        PODD_FAILPOINT("remover.begun");
        const std::string left = removeTree(path);
        writeAll(kFirstKept, left, "removal");
        PODD_CRASHPOINT("remover.done");
        ::_exit(0);
    } catch (const std::exception& error) {
        log::error(cat("removal of ", quoted(path), ": ", error.what()));
    }
    ::_exit(1);
}

}  // namespace podd
