// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/server.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "base/wire.h"

namespace podd {

namespace {

constexpr uint64_t kAssertUsec = 100'000;
constexpr uint64_t kRestUsec = 10'000'000;

}  // namespace

NetworkServer::NetworkServer(sd_event* event, PassedDescriptors passed, SlowNetworks slow)
    : event_(event),
      listener_(std::move(passed.listener)),
      resting_(event, [this] { (void)sd_event_exit(event_, 0); }),
      asserting_(event,
                 [this] {
                     log::notice("somebody else has changed table 'inet podd' of nftables: it is made again");
                     attachments_.assertTable();
                 }),
      attachments_(event, {}, bridge_, std::move(slow), std::move(passed.namespaces), [this] { rest(); }),
      monitor_(event, BridgeSettings{}.table,
               [this] {
                   if (!attachments_.empty())
                       asserting_.armIn(kAssertUsec, kAssertUsec / 4);
               }),
      accepting_(event, listener_.get(), EPOLLIN, [this](uint32_t) { accept(); }) {
    rest();
}

void NetworkServer::leave() {
    if (!attachments_.empty())
        return;
    bridge_.remove();
    attachments_.removeDirectory();
    for (const char* directory : {"/run/podd/network/cni", "/run/podd/network"})
        (void)::rmdir(directory);
}

void NetworkServer::rest() {
    if (attachments_.empty() && connections_.empty())
        resting_.armIn(kRestUsec);
    else
        resting_.disarm();
}

// The socket is for root alone (mode 0600); whoever else got a descriptor of it is refused here.
void NetworkServer::accept() {
    UniqueFd socket = acceptFrom(listener_.get());
    if (!socket || peerOf(socket.get()).uid != 0)
        return;
    const uint64_t number = ++lastConnection_;
    Connection& connection = connections_[number];
    connection.socket = std::move(socket);
    connection.incoming = std::make_unique<sd::Io>(event_, connection.socket.get(), EPOLLIN,
                                                   [this, number](uint32_t) { receive(number); });
    rest();
}

void NetworkServer::receive(uint64_t connection) {
    Packet packet;
    switch (receivePacket(connections_.at(connection).socket.get(), packet)) {
        case Received::nothingYet: return;
        case Received::closed: connections_.erase(connection); return rest();
        case Received::packet: return obey(connection, std::move(packet));
    }
}

void NetworkServer::obey(uint64_t connection, Packet packet) {
    try {
        const auto order = wire::decode<NetworkOrder>(packet.data);
        if (packet.fds.size() != 1)
            throw Error(Errc::internal, "an order without a network namespace");
        attachments_.attach(order, std::move(packet.fds.front()), peerOf(connections_.at(connection).socket.get()).pid,
                            [this, connection](const NetworkAnswer& result) { answer(connection, result); });
    } catch (const std::exception& error) {
        answer(connection, {.problem = error.what()});
    }
}

// Who has asked may be gone.
void NetworkServer::answer(uint64_t connection, const NetworkAnswer& answer) {
    if (const auto found = connections_.find(connection); found != connections_.end())
        (void)sendPacket(found->second.socket.get(), wire::encode(answer));
}

}  // namespace podd
