// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/network_link.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include <cerrno>
#include <utility>

#include "base/error.h"
#include "base/socket.h"
#include "base/strings.h"
#include "base/wire.h"
#include "model/names.h"

namespace podd {

namespace {

constexpr uint64_t kAnswerUsec = 25'000'000;  // podd gives a launch 30 s

}  // namespace

NetworkLink::NetworkLink(Loop& loop, std::function<void(const NetworkAnswer&)> answered)
    : loop_(loop), answered_(std::move(answered)) {}

void NetworkLink::ask(const LaunchPlan& plan) {
    if (plan.networks.empty())
        return;
    ready_ = false;
    const UniqueFd own(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    if (!own)
        throwErrno(errno, "network namespace");
    socket_ = connectTo(cat(plan.runDirectory, "/network.sock"));
    const NetworkOrder order{InstanceId{plan.pod, plan.number}.escaped(), plan.pod, plan.networks, plan.endpoints};
    if (!socket_ || !sendPacket(socket_.get(), wire::encode(order), {own.get()}))
        throw Error(Errc::unavailable, "network: podd-network does not listen (systemctl status podd-network.socket)");
    incoming_ = loop_.io(socket_.get(), EPOLLIN, [this] { receive(); });
    deadline_ =
        loop_.timer(kAnswerUsec, [this] { end({.problem = "network: podd-network has not answered within 25 s"}); });
}

void NetworkLink::receive() {
    Packet packet;
    switch (receivePacket(socket_.get(), packet)) {
        case Received::nothingYet: return;
        case Received::closed:
            return end({.problem = "network: podd-network ended before it has answered (journalctl -u podd-network)"});
        case Received::packet: return end(wire::decode<NetworkAnswer>(packet.data));
    }
}

// The callback may end this object's watches, but not this object.
void NetworkLink::end(const NetworkAnswer& answer) {
    socket_.reset();
    deadline_.reset();
    const Watch last = std::move(incoming_);
    ready_ = answer.problem.empty();
    answered_(answer);
}

}  // namespace podd
