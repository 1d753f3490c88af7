// SPDX-License-Identifier: LGPL-2.1-or-later
// The pager, chosen as systemd's tools choose it (systemctl(1), ENVIRONMENT).
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <vector>

#include "base/strings.h"
#include "cli/terminal.h"

namespace podd::cli {

namespace {

// A pager can start a shell. Run under sudo(8) or so, that shell would have more rights than the login has,
// so only less(1) in its secure mode will do, unless the environment says which pagers are secure enough.
bool mustBeSecure() {
    uid_t owner = 0;
    return ::sd_pid_get_owner_uid(0, &owner) < 0 || owner != ::geteuid();
}

// What the environment asks for; nothing when it does not say.
std::optional<std::string> asked() {
    for (const char* name : {"SYSTEMD_PAGER", "PAGER"})
        if (const char* command = ::secure_getenv(name))
            return command;
    return std::nullopt;
}

// The commands to try, in order. An empty list means no pager, which may be asked for in secure mode too.
std::vector<std::string> candidates(bool onlyLess) {
    const std::optional<std::string> command = asked();
    if (command && (command->empty() || *command == "cat"))
        return {};
    if (onlyLess)
        return {"less"};
    return {command.value_or("pager"), "less", "more"};
}

[[noreturn]] void runPager(const std::vector<std::string>& commands, bool secure) {
    const char* less = ::secure_getenv("SYSTEMD_LESS");
    ::setenv("LESS", less == nullptr ? "FRSXMK" : less, 1);
    ::setenv("LESSCHARSET", "utf-8", 1);
    if (secure)
        ::setenv("LESSSECURE", "1", 1);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    for (const std::string& command : commands) {
        std::vector<std::string> words = split(command, ' ');
        std::erase(words, "");
        std::vector<char*> arguments;
        arguments.reserve(words.size() + 1);
        for (std::string& word : words)
            arguments.push_back(word.data());
        arguments.push_back(nullptr);
        if (!words.empty())
            ::execvp(arguments[0], arguments.data());
    }
    // Nothing could be run; the text still reaches the terminal.
    std::cout << std::cin.rdbuf() << std::flush;
    ::_exit(EXIT_FAILURE);
}

}  // namespace

Pager::Pager(bool wanted) {
    if (!wanted || ::isatty(STDOUT_FILENO) == 0)
        return;
    const char* term = ::secure_getenv("TERM");
    if (term == nullptr || std::string_view(term) == "dumb")
        return;
    const char* knob = ::secure_getenv("SYSTEMD_PAGERSECURE");
    const bool secure = knob == nullptr ? mustBeSecure() : !isFalse(knob);
    const std::vector<std::string> commands = candidates(secure && knob == nullptr);
    int ends[2];
    if (commands.empty() || ::pipe2(ends, O_CLOEXEC) < 0)
        return;
    UniqueFd reading(ends[0]);
    UniqueFd writing(ends[1]);
    std::cout.flush();
    child_ = ::fork();
    if (child_ == 0) {
        ::dup2(reading.get(), STDIN_FILENO);
        writing.reset();  // or the fallback would wait for its own end
        runPager(commands, secure);
    }
    if (child_ < 0)
        return;
    terminal_.reset(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
    ::dup2(writing.get(), STDOUT_FILENO);
    std::signal(SIGPIPE, SIG_IGN);  // leaving the pager early is no error, and it must still be waited for
    std::signal(SIGINT, SIG_IGN);   // Ctrl-C belongs to the pager now
}

Pager::~Pager() {
    if (child_ < 0)
        return;
    std::cout.flush();
    std::cout.clear();
    ::dup2(terminal_.get(), STDOUT_FILENO);
    while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR)
        continue;
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGPIPE, SIG_DFL);
}

}  // namespace podd::cli
