// SPDX-License-Identifier: LGPL-2.1-or-later
#include "process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/error.h"
#include "base/fd.h"
#include "base/strings.h"

namespace podd::bench {

namespace {

class Actions {
public:
    Actions() { ::posix_spawn_file_actions_init(&actions_); }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
    ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }
    posix_spawn_file_actions_t* get() { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

std::string contentOf(int memfd) {
    std::array<char, 2048> text{};
    const ssize_t size = ::pread(memfd, text.data(), text.size(), 0);
    return std::string(text.data(), size > 0 ? static_cast<size_t>(size) : 0);
}

}  // namespace

void run(const std::vector<std::string>& command) {
    // A file and not a pipe: a program may leave children behind that hold it open.
    const UniqueFd output(::memfd_create("output", MFD_CLOEXEC));
    Actions actions;
    ::posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(actions.get(), output.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(actions.get(), output.get(), STDERR_FILENO);
    std::vector<char*> arguments;
    for (const std::string& argument : command)
        arguments.push_back(const_cast<char*>(argument.c_str()));  // posix_spawn(3) does not write to it
    arguments.push_back(nullptr);
    pid_t pid = 0;
    if (const int error = ::posix_spawnp(&pid, arguments[0], actions.get(), nullptr, arguments.data(), environ))
        throwErrno(error, quoted(command.front()));
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (status != 0)
        throw Error(Errc::internal,
                    cat(quoted(join(command, " ")), ": status ", status, ": ", contentOf(output.get())));
}

bool isInstalled(const std::string& program) {
    const char* path = std::getenv("PATH");
    for (const std::string& directory : split(path == nullptr ? "/usr/bin:/bin" : path, ':'))
        if (::access(cat(directory, '/', program).c_str(), X_OK) == 0)
            return true;
    return false;
}

}  // namespace podd::bench
