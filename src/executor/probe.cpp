// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/probe.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.h"
#include "base/strings.h"

namespace podd {

namespace {

constexpr size_t kKeptOutput = 4096;  // the end of what a program writes
constexpr uint64_t kPatienceUsec = 500'000;
constexpr size_t kReadAtOnce = 4096;  // so that a program that writes without end keeps nobody else waiting
constexpr int kPipe = 16;             // so much is in a pipe at most (pipe(7))

class PortProbe final : public Probe {
public:
    PortProbe(Loop& loop, uint16_t port, Done done)
        : port_(port),
          done_(std::move(done)),
          socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        if (!socket_)
            throwErrno(errno, "socket");
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0)
            error_ = errno;
        // A socket that is not to be connected any more can be written to as well.
        watch_ = loop.io(socket_.get(), EPOLLOUT, [this] { onAnswer(); });
    }

    bool end() override {
        watch_.reset();
        socket_.reset();
        return true;
    }

private:
    void onAnswer() {
        int error = error_;
        socklen_t size = sizeof(error);
        if (error == 0 || error == EINPROGRESS)
            (void)::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
        const Done done = done_;
        (void)end();
        done({.passed = error == 0, .text = cat("connect to port ", port_, ": ", errnoText(error))});
    }

    uint16_t port_;
    Done done_;
    UniqueFd socket_;
    int error_ = 0;
    Watch watch_;
};

class ProcessProbe final : public Probe {
public:
    ProcessProbe(Loop& loop, Started started, Describe describe, Done done)
        : loop_(loop), started_(std::move(started)), describe_(std::move(describe)), done_(std::move(done)) {
        output_ = loop.io(started_.out.get(), EPOLLIN, [this] { read(); });
        end_ = loop.io(started_.pidfd.get(), EPOLLIN, [this] { onEnd(); });
    }
    ~ProcessProbe() override {
        if (!started_.pidfd)
            return;
        kill(SIGKILL);
        (void)reap();
    }
    ProcessProbe(const ProcessProbe&) = delete;
    ProcessProbe& operator=(const ProcessProbe&) = delete;

    // The parent of a command kills it, and reaps what it leaves behind (init/supervise.h).
    bool end() override {
        if (!started_.control) {
            kill(SIGKILL);
            return false;
        }
        kill(SIGTERM);
        patience_ = loop_.timer(kPatienceUsec, [this] { kill(SIGKILL); });
        return false;
    }

private:
    void kill(int signal) const { (void)::syscall(SYS_pidfd_send_signal, started_.pidfd.get(), signal, nullptr, 0); }

    // False when there is nothing to read now, or ever again.
    bool read() {
        std::array<char, kReadAtOnce> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it
        const ssize_t size = ::read(started_.out.get(), chunk.data(), chunk.size());
        if (size > 0) {
            text_.append(chunk.data(), static_cast<size_t>(size));
            if (text_.size() > kKeptOutput)
                text_.erase(0, text_.size() - kKeptOutput);
        } else if (size == 0 || errno != EAGAIN) {
            output_.reset();
        }
        return size > 0;
    }

    siginfo_t reap() {
        siginfo_t info{};
        while (::waitid(P_PIDFD, static_cast<id_t>(started_.pidfd.get()), &info, WEXITED) < 0 && errno == EINTR)
            continue;
        started_.pidfd.reset();
        return info;
    }

    void onEnd() {
        for (int i = 0; i < kPipe && read(); ++i)
            continue;
        end_.reset();
        output_.reset();
        patience_.reset();
        const siginfo_t info = reap();
        const Done done = done_;
        done(answerOf(info));
    }

    health::Answer answerOf(const siginfo_t& info) const {
        InitReport report;
        std::vector<UniqueFd> none;
        if (started_.control && receiveReport(started_.control.get(), report, none) == Heard::report)
            return {.passed = false, .text = describe_(report)};
        const bool exited = info.si_code == CLD_EXITED;
        if (exited && info.si_status == 0)
            return {.passed = true, .text = ""};
        const char* const name = exited ? nullptr : ::sigabbrev_np(info.si_status);
        const std::string how = exited            ? cat("exit ", info.si_status)
                                : name == nullptr ? cat("signal ", info.si_status)
                                                  : cat("signal ", name);
        const std::string said = lastLine(text_);
        return {.passed = false, .text = said.empty() ? how : describe_ ? cat(how, ": ", said) : said};
    }

    Loop& loop_;
    Started started_;
    Describe describe_;
    Done done_;
    std::string text_;
    Watch output_;
    Watch end_;
    Watch patience_;  // with the parent of a command
};

}  // namespace

std::string lastLine(const std::string& output) {
    std::string last;
    for (const std::string& line : split(output, '\n'))
        if (line.find_first_not_of(" \t\r") != std::string::npos)
            last = line;
    while (!last.empty() && (last.back() == '\r' || last.back() == ' '))
        last.pop_back();
    return printable(last);
}

std::unique_ptr<Probe> probePort(Loop& loop, uint16_t port, Probe::Done done) {
    return std::make_unique<PortProbe>(loop, port, std::move(done));
}

std::unique_ptr<Probe> probeProcess(Loop& loop, Started started, Describe describe, Probe::Done done) {
    return std::make_unique<ProcessProbe>(loop, std::move(started), std::move(describe), std::move(done));
}

}  // namespace podd
