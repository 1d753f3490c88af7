// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/probe_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/error.h"
#include "base/strings.h"

namespace podd {

namespace {

// Its own word about the time comes too late on purpose: the executor's is the same for every kind of probe.
constexpr uint64_t kGraceMs = 1000;

// Its own session, and signals as a program expects them.
struct Attributes {
    posix_spawnattr_t value{};

    Attributes() {
        sigset_t none;
        sigset_t defaults;
        sigemptyset(&none);
        sigemptyset(&defaults);
        sigaddset(&defaults, SIGPIPE);
        posix_spawnattr_init(&value);
        posix_spawnattr_setsigmask(&value, &none);
        posix_spawnattr_setsigdefault(&value, &defaults);
        posix_spawnattr_setflags(&value, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }
    ~Attributes() { posix_spawnattr_destroy(&value); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
};

struct FileActions {
    posix_spawn_file_actions_t value{};

    explicit FileActions(int output) {
        posix_spawn_file_actions_init(&value);
        posix_spawn_file_actions_addopen(&value, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&value, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&value, output, STDERR_FILENO);
    }
    ~FileActions() { posix_spawn_file_actions_destroy(&value); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
};

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
    const FileActions files(output.get());
    const Attributes attributes;
    std::string path = program;
    std::string timeout = std::to_string(timeoutUsec / 1000 + kGraceMs);
    std::string target = url;
    const std::array<char*, 4> argv{path.data(), timeout.data(), target.data(), nullptr};
    const std::array<char*, 1> environment{nullptr};
    const int error =
        ::posix_spawn(&started.pid, program.c_str(), &files.value, &attributes.value, argv.data(), environment.data());
    if (error != 0)
        throwErrno(error, cat("execute ", quoted(program)));
    started.pidfd.reset(static_cast<int>(::syscall(SYS_pidfd_open, started.pid, 0)));
    if (!started.pidfd)
        throwErrno(errno, "pidfd_open");
    return started;
}

}  // namespace podd
