// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/worker.h"

#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "base/error.h"
#include "base/socket.h"
#include "base/strings.h"
#include "base/wire.h"

namespace podd {

namespace {

struct Message {
    std::string value;
    std::string problem;

    template <typename V>
    void visit(V& v) {
        v(value), v(problem);
    }
};

[[noreturn]] void runWorker(const std::function<std::string()>& work, int socket) {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    Message message;
    try {
        message.value = work();
    } catch (const std::exception& error) {
        message.problem = error.what();
        if (message.problem.empty())
            message.problem = "unknown";
    }
    (void)sendPacket(socket, wire::encode(message));
    ::_exit(0);
}

}  // namespace

Worker::Worker(sd_event* event, const std::function<std::string()>& work, std::function<void(const Result&)> done)
    : done_(std::move(done)) {
    std::pair<UniqueFd, UniqueFd> ends = packetPair();
    pid_ = ::fork();
    if (pid_ < 0)
        throwErrno(errno, "fork");
    if (pid_ == 0) {
        ends.first.reset();
        runWorker(work, ends.second.get());
    }
    socket_ = std::move(ends.first);
    incoming_ = std::make_unique<sd::Io>(event, socket_.get(), EPOLLIN, [this](uint32_t) { receive(); });
}

Worker::~Worker() {
    if (pid_ <= 0)
        return;
    (void)::kill(pid_, SIGKILL);
    (void)::waitpid(pid_, nullptr, 0);
}

void Worker::receive() {
    Packet packet;
    Result result;
    switch (receivePacket(socket_.get(), packet)) {
        case Received::nothingYet: return;
        case Received::closed: result.problem = "the process that was at it was ended"; break;
        case Received::packet: {
            const auto message = wire::decode<Message>(packet.data);
            result = {message.value, message.problem};
            break;
        }
    }
    incoming_.reset();
    (void)::waitpid(std::exchange(pid_, 0), nullptr, 0);  // it does nothing after its packet
    const auto done = std::move(done_);
    done(result);
}

}  // namespace podd
