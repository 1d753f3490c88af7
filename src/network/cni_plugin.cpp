// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/cni_plugin.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/spawn.h"
#include "base/strings.h"
#include "model/json_text.h"
#include "network/cni_json.h"

namespace podd {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kPipe = size_t{64} << 10;         // what a pipe holds (pipe(7))
constexpr size_t kMaxComplaint = size_t{4} << 10;  // what is kept of standard error, of its end

struct Pipe {
    UniqueFd out;  // to read from; does not wait
    UniqueFd in;

    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) < 0)
            throwErrno(errno, "pipe");
        out.reset(ends[0]);
        in.reset(ends[1]);
        if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0)
            throwErrno(errno, "pipe");
    }
};

// A plugin that has been started, with what it has written so far. Destroyed before its end it is killed.
class Process {
public:
    Process(const std::string& program, const std::vector<std::string>& environment, std::string_view input) {
        const UniqueFd orders = sealedMemfd("cni", input);
        if (::lseek(orders.get(), 0, SEEK_SET) < 0)
            throwErrno(errno, "lseek");
        Pipe output;
        Pipe complaints;
        SpawnFiles files;
        files.duplicate(orders.get(), STDIN_FILENO);
        files.duplicate(output.in.get(), STDOUT_FILENO);
        files.duplicate(complaints.in.get(), STDERR_FILENO);
        files.closeFrom(STDERR_FILENO + 1);
        const SpawnAttributes attributes;
        std::string path = program;
        std::vector<std::string> variables = environment;
        std::vector<char*> envp(variables.size() + 1);  // the last one stays null
        std::transform(variables.begin(), variables.end(), envp.begin(), [](std::string& each) { return each.data(); });
        const std::array<char*, 2> argv{path.data(), nullptr};
        const int error =
            ::posix_spawn(&pid_, program.c_str(), files.get(), attributes.get(), argv.data(), envp.data());
        if (error != 0)
            throw Error(Errc::unavailable, cat("execute ", podd::quoted(program), ": ", errnoText(error)));
        output_ = std::move(output.out);
        complaints_ = std::move(complaints.out);
        pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
        if (!pidfd_) {
            const int number = errno;
            end();
            throwErrno(number, "pidfd_open");
        }
    }
    ~Process() { end(); }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    // Waits until it has ended; false at the deadline.
    bool wait(Clock::time_point deadline) {
        for (;;) {
            std::array<pollfd, 3> ready{
                {{pidfd_.get(), POLLIN, 0}, {output_.get(), POLLIN, 0}, {complaints_.get(), POLLIN, 0}}};
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
            if (left <= 0)
                return false;
            if (::poll(ready.data(), ready.size(), static_cast<int>(left)) < 0 && errno != EINTR)
                throwErrno(errno, "poll");
            // In one gulp all that it can have written before its end: children may keep the pipes open.
            read(output_, text_);
            if (text_.size() > kMaxJsonSize)
                throw Error(Errc::unavailable, cat("printed more than ", formatSize(kMaxJsonSize)));
            read(complaints_, complaint_);
            if (complaint_.size() > kMaxComplaint)
                complaint_.erase(0, complaint_.size() - kMaxComplaint);
            if (ready[0].revents != 0)
                return true;
        }
    }

    // After its end.
    siginfo_t reap() {
        siginfo_t info{};
        if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED) < 0)
            throwErrno(errno, "waitid");
        pid_ = 0;
        return info;
    }

    std::string& text() { return text_; }
    const std::string& complaint() const { return complaint_; }

private:
    void end() {
        if (pid_ == 0)
            return;
        (void)::kill(-pid_, SIGKILL);
        (void)::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

    static void read(UniqueFd& from, std::string& to) {
        std::array<char, kPipe> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read()
        const ssize_t size = from ? ::read(from.get(), buffer.data(), buffer.size()) : -1;
        if (size > 0)
            to.append(buffer.data(), static_cast<size_t>(size));
        else if (size == 0)
            from.reset();
    }

    pid_t pid_ = 0;  // 0 = there is none any more
    UniqueFd pidfd_;
    UniqueFd output_;
    UniqueFd complaints_;
    std::string text_;
    std::string complaint_;
};

std::string lastLine(const std::string& text) {
    std::string last;
    for (const std::string& line : split(text, '\n'))
        if (line.find_first_not_of(" \t\r") != std::string::npos)
            last = line;
    return printable(last);
}

Error failure(const siginfo_t& end, const std::string& printed, const std::string& complaint) {
    if (const std::optional<CniFailure> said = parseCniFailure(printed))
        return {said->incompatible ? Errc::notSupported : Errc::unavailable, said->text};
    if (const std::string line = lastLine(complaint); !line.empty())
        return {Errc::unavailable, line};
    if (end.si_code == CLD_EXITED)
        return {Errc::unavailable, cat("ended with status ", end.si_status)};
    const char* const name = ::sigabbrev_np(end.si_status);
    return {Errc::unavailable, name != nullptr ? cat("was killed by SIG", name) : cat("killed by ", end.si_status)};
}

}  // namespace

std::string findCniPlugin(const std::string& type, const std::vector<std::string>& directories) {
    for (const std::string& directory : directories) {
        std::string path = cat(directory, '/', type);
        struct stat info {};
        if (::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && ::access(path.c_str(), X_OK) == 0)
            return path;
    }
    throw Error(Errc::unavailable, cat("no program of this name in ", join(directories, ", ")));
}

std::string runCniPlugin(const std::string& program, const std::vector<std::string>& environment,
                         std::string_view input, uint64_t timeoutUsec) {
    Process process(program, environment, input);
    if (!process.wait(Clock::now() + std::chrono::microseconds(timeoutUsec)))
        throw Error(Errc::unavailable, cat("did not end within ", formatSpan(timeoutUsec)));
    const siginfo_t end = process.reap();
    if (end.si_code != CLD_EXITED || end.si_status != 0)
        throw failure(end, process.text(), process.complaint());
    return std::move(process.text());
}

}  // namespace podd
