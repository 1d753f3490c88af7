// SPDX-License-Identifier: LGPL-2.1-or-later
#include "early_moves.h"

#include <fcntl.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/strings.h"

namespace podd::bench {

namespace {

[[noreturn]] void move(int orders, int group) {
    char byte = 0;
    while (::read(orders, &byte, 1) == 1)
        if (::write(group, "0", 1) != 1)
            break;
    ::_exit(0);
}

UniqueFd ownGroup() {
    const std::string groups = readFile("/proc/self/cgroup");
    const size_t unified = groups.find("0::") + 3;
    const std::string path = groups.substr(unified, groups.find('\n', unified) - unified);
    const std::string file = cat("/sys/fs/cgroup", path, "/cgroup.procs");
    UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (!fd)
        throwErrno(errno, cat("open ", quoted(file)));
    return fd;
}

}  // namespace

EarlyMoves::EarlyMoves() {
    const UniqueFd group = ownGroup();
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) < 0)
        throwErrno(errno, "pipe");
    const UniqueFd readEnd(ends[0]);
    orders_.reset(ends[1]);
    pid_ = ::fork();
    if (pid_ < 0)
        throwErrno(errno, "fork");
    if (pid_ == 0) {
        orders_.reset();
        move(readEnd.get(), group.get());
    }
}

EarlyMoves::~EarlyMoves() {
    orders_.reset();
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR)
        continue;
}

void EarlyMoves::begin() {
    writeAll(orders_.get(), "g", "order to move");
}

}  // namespace podd::bench
