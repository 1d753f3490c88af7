// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/link.h"

#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/socket.h"
#include "base/strings.h"
#include "base/wire.h"
#include "sd/event.h"

namespace podd {

namespace {

constexpr uint64_t kRetryUsec = 1'000'000;

}  // namespace

Link::Link(Loop& loop, std::string runDirectory, Handlers handlers)
    : loop_(loop), directory_(std::move(runDirectory)), handlers_(std::move(handlers)) {}

void Link::connect() {
    if (!tryToConnect())
        waitForPodd();
}

bool Link::tryToConnect() {
    socket_ = connectTo(directory_ + "/executor.sock");
    if (!socket_)
        return false;
    appears_.reset();
    retry_.reset();
    connectedUsec_ = sd::monotonicUsec();
    incoming_ = loop_.io(socket_.get(), EPOLLIN, [this] { receive(); });
    handlers_.connected();
    return true;
}

void Link::send(const Report& report) {
    if (socket_ && !sendPacket(socket_.get(), wire::encode(report)))
        lose();
}

// Commands that nobody will read any more must not be in the queue when the socket is closed: podd would get
// ECONNRESET before it has read the last report (unix(7) keeps no promise there). From SHUT_RD on it cannot
// add one.
void Link::close() {
    incoming_.reset();
    appears_.reset();
    retry_.reset();
    if (!socket_)
        return;
    (void)::shutdown(socket_.get(), SHUT_RD);
    for (Packet packet; receivePacket(socket_.get(), packet) == Received::packet;)
        continue;
    socket_.reset();
}

// A packet at a time, so that the containers get their turn.
void Link::receive() {
    Packet packet;
    switch (receivePacket(socket_.get(), packet)) {
        case Received::nothingYet: return;
        case Received::closed: return lose();
        case Received::packet: break;
    }
    ExecutorCommand command;
    try {
        command = wire::decode<ExecutorCommand>(packet.data);
    } catch (const std::exception& error) {
        log::error(cat("command of podd: ", error.what()));
        return lose();
    }
    handlers_.command(command);
}

void Link::lose() {
    incoming_.reset();
    socket_.reset();
    handlers_.lost();
    waitForPodd();
}

// A podd that accepts and closes at once is not asked again before the timer.
void Link::waitForPodd() {
    const auto retry = [this] {
        if (!tryToConnect())
            waitForPodd();
    };
    retry_ = loop_.timer(kRetryUsec, retry);
    if (appears_)
        return;
    try {
        appears_ = loop_.directory(directory_, IN_CREATE | IN_MOVED_TO, [this] { (void)tryToConnect(); });
    } catch (const std::exception&) {
        return;  // the directory is gone as well: the timer it is
    }
    if (connectedUsec_ == 0 || sd::monotonicUsec() - connectedUsec_ > kRetryUsec)
        (void)tryToConnect();  // it may have come between the last try and the inotify watch
}

}  // namespace podd
