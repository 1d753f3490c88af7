// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/probe_program.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/spawn.h"
#include "base/strings.h"

namespace podd {

namespace {

// Its own word about the time comes too late on purpose: the executor's is the same for every kind of probe.
constexpr uint64_t kGraceMs = 1000;

}  // namespace

Started startProbeProgram(const std::string& program, const std::string& url, uint64_t timeoutUsec) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) < 0)
        throwErrno(errno, "pipe");
    Started started;
    started.out.reset(ends[0]);
    const UniqueFd output(ends[1]);
    if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
        throwErrno(errno, "pipe");
    SpawnFiles files;
    files.open(STDIN_FILENO, "/dev/null", O_RDONLY);
    files.duplicate(output.get(), STDOUT_FILENO);
    files.duplicate(output.get(), STDERR_FILENO);
    const SpawnAttributes attributes;
    std::string path = program;
    std::string timeout = std::to_string(timeoutUsec / 1000 + kGraceMs);
    std::string target = url;
    const std::array<char*, 4> argv{path.data(), timeout.data(), target.data(), nullptr};
    const std::array<char*, 1> environment{nullptr};
    const int error =
        ::posix_spawn(&started.pid, program.c_str(), files.get(), attributes.get(), argv.data(), environment.data());
    if (error != 0)
        throwErrno(error, cat("execute ", quoted(program)));
    started.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, started.pid, 0)));
    if (!started.pidfd)
        throwErrno(errno, "pidfd_open");
    return started;
}

}  // namespace podd
