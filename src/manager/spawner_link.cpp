// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/spawner_link.h"

#include <sys/epoll.h>

#include "base/file.h"
#include "base/log.h"
#include "base/socket.h"
#include "base/strings.h"
#include "base/wire.h"

namespace podd {

SpawnerLink::SpawnerLink(sd_event* event, std::string socketPath, OnNotice onNotice, OnLost onLost)
    : event_(event), path_(std::move(socketPath)), onNotice_(std::move(onNotice)), onLost_(std::move(onLost)) {}

void SpawnerLink::launch(const LaunchPlan& plan, const std::string& instance) {
    const UniqueFd memfd = sealedMemfd("podd-plan", wire::encode(plan));
    send({.kind = Order::Kind::launch, .instance = instance, .path = ""}, {memfd.get()});
}

void SpawnerLink::removeSandbox(const std::string& instance, const std::string& path) {
    send({.kind = Order::Kind::removeSandbox, .instance = instance, .path = path}, {});
}

void SpawnerLink::send(const Order& order, const std::vector<int>& fds) {
    const std::string packet = wire::encode(order);
    for (int attempt = 0; attempt < 2; ++attempt) {  // the second one after a spawner that is gone was noticed
        if (!socket_)
            connect();
        if (socket_ && sendPacket(socket_.get(), packet, fds))
            return;
        watch_.reset();
        socket_.reset();
    }
    throw Error(Errc::unavailable,
                cat("the spawner does not listen on ", quoted(path_), ": is podd-spawner.socket active?"));
}

void SpawnerLink::connect() {
    socket_ = connectTo(path_);
    if (socket_)
        watch_ = std::make_unique<sd::Io>(event_, socket_.get(), EPOLLIN, [this](uint32_t) { receive(); });
}

void SpawnerLink::receive() {
    Packet packet;
    for (;;) {
        const Received received = receivePacket(socket_.get(), packet);
        if (received == Received::nothingYet)
            return;
        if (received == Received::closed) {
            log::notice("the spawner is gone; systemd starts it again when it is needed");
            watch_.reset();
            socket_.reset();
            return onLost_();
        }
        onNotice_(wire::decode<Notice>(packet.data));
        if (!socket_)
            return;  // a notice led to an order that found the spawner gone
    }
}

}  // namespace podd
