// SPDX-License-Identifier: LGPL-2.1-or-later
#include "floor_containers.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"
#include "base/tree.h"

namespace podd::bench {

namespace {

constexpr int kSharedNamespaces = CLONE_NEWIPC | CLONE_NEWUTS;

std::pair<UniqueFd, UniqueFd> makePipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) < 0)
        throwErrno(errno, "pipe");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

struct Child {
    int joins;  // pidfd whose namespaces it joins; -1 = it has made them
    bool ownNetwork;
    int gate;
    int error;
    const char* payload;
    const char* directory;
    const char* sharedMemory;
    const char* volume;
};

// Not by the clone: meanwhile the others are cloned and systemd is asked.
bool makeNetwork(const Child& child) {
    return !child.ownNetwork || (::unshare(CLONE_NEWNET) == 0 && ::write(child.error, "", 1) == 1);
}

bool joinNetwork(const Child& child) {
    return !child.ownNetwork || child.joins < 0 || ::setns(child.joins, CLONE_NEWNET) == 0;
}

bool prepare(const Child& child) {
    if (child.joins >= 0 && ::setns(child.joins, kSharedNamespaces) < 0)
        return false;
    if (child.joins < 0 && (!makeNetwork(child) || ::sethostname("floor", 5) < 0))
        return false;
    return ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) == 0 &&
           ::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0 &&
           ::mount(child.sharedMemory, "/dev/shm", nullptr, MS_BIND, nullptr) == 0 && ::chdir(child.directory) == 0 &&
           ::mount(child.volume, "data", nullptr, MS_BIND, nullptr) == 0;
}

// Runs in a copy of this process: only system calls.
[[noreturn]] void become(const Child& child) {
    char byte = 0;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (prepare(child) && ::read(child.gate, &byte, 1) == 1 && joinNetwork(child)) {
        std::array<char*, 2> arguments{const_cast<char*>(child.payload), nullptr};
        std::array<char*, 1> environment{nullptr};
        ::execve(child.payload, arguments.data(), environment.data());
    }
    byte = static_cast<char>(errno);
    (void)!::write(child.error, &byte, 1);
    ::_exit(1);
}

}  // namespace

FloorContainers::FloorContainers(uint64_t number, const std::string& payload, bool ownNetwork)
    : directory_(cat(kWorkDirectory, "/floor-", number)), ownNetwork_(ownNetwork) {
    makeDirectories(directory_ + "/shm");
    makeDirectories(directory_ + "/volume");
    makeDirectories(directory_ + "/sandbox/data");
    for (One& one : each_)
        clone(one, payload);
}

void FloorContainers::clone(One& one, const std::string& payload) {
    const bool first = &one == each_.data();
    auto [gateEnd, gate] = makePipe();
    auto [error, errorEnd] = makePipe();
    const std::string sandbox = directory_ + "/sandbox";
    const std::string sharedMemory = directory_ + "/shm";
    const std::string volume = directory_ + "/volume";
    const Child child{.joins = first ? -1 : each_[0].pidfd.get(),
                      .ownNetwork = ownNetwork_,
                      .gate = gateEnd.get(),
                      .error = errorEnd.get(),
                      .payload = payload.c_str(),
                      .directory = sandbox.c_str(),
                      .sharedMemory = sharedMemory.c_str(),
                      .volume = volume.c_str()};
    int pidfd = -1;
    clone_args arguments{};
    arguments.flags = CLONE_PIDFD | CLONE_NEWNS | CLONE_NEWPID | (first ? uint64_t{kSharedNamespaces} : 0);
    arguments.pidfd = reinterpret_cast<uint64_t>(&pidfd);
    arguments.exit_signal = SIGCHLD;
    one.pid = static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof(arguments)));
    if (one.pid == 0)
        become(child);
    if (one.pid < 0)
        throwErrno(errno, "clone");
    one.pidfd.reset(pidfd);
    one.gate = std::move(gate);
    one.error = std::move(error);
}

FloorContainers::~FloorContainers() {
    for (const One& one : each_)
        if (one.pidfd)
            (void)::kill(one.pid, SIGKILL);
    reap();
}

UniqueFd FloorContainers::networkNamespace() {
    const One& first = each_.front();
    char byte = EIO;
    if (::read(first.error.get(), &byte, 1) != 1 || byte != 0)
        throwErrno(byte, "make network namespace of the floor");
    const std::string path = cat("/proc/", first.pid, "/ns/net");
    UniqueFd network(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!network)
        throwErrno(errno, cat("open ", quoted(path)));
    return network;
}

void FloorContainers::release() {
    for (One& one : each_)
        writeAll(one.gate.get(), "g", "gate");
    for (One& one : each_) {
        char byte = 0;
        if (::read(one.error.get(), &byte, 1) != 0)
            throwErrno(byte, "start container of the floor");
    }
}

void FloorContainers::reap() {
    for (One& one : each_) {
        if (!one.pidfd)
            continue;
        while (::waitpid(one.pid, nullptr, 0) < 0 && errno == EINTR)
            continue;
        one.pidfd.reset();
    }
}

void FloorContainers::removeDirectories() {
    if (const std::string left = removeTree(directory_); !left.empty())
        throw Error(Errc::internal, left);
}

}  // namespace podd::bench
