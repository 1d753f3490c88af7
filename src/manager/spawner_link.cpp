// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/spawner_link.h"

#include <sys/epoll.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/socket.h"
#include "base/strings.h"
#include "base/wire.h"

namespace podd {

namespace {

constexpr std::ptrdiff_t kMaxRemovals = 16;  // under way: each is a process
constexpr uint64_t kFirstPauseUsec = 250'000;
constexpr uint64_t kLongestPauseUsec = 300'000'000;

}  // namespace

SpawnerLink::SpawnerLink(sd_event* event, std::string socketPath, OnNotice onNotice, OnLost onLost)
    : event_(event),
      path_(std::move(socketPath)),
      onNotice_(std::move(onNotice)),
      onLost_(std::move(onLost)),
      telling_(event, [this] { onLost_(std::exchange(lost_, {})); }),
      pauseUsec_(kFirstPauseUsec),
      pause_(event, [this] { retry(); }) {}

void SpawnerLink::launch(const LaunchPlan& plan, const std::string& instance) {
    const UniqueFd memfd = sealedMemfd("podd-plan", wire::encode(plan));
    PODD_FAILPOINT("link.launch");
    send({.kind = Order::Kind::launch, .instance = instance, .path = ""}, {memfd.get()});
    launching_.insert(instance);
    PODD_CRASHPOINT("link.launched");
}

void SpawnerLink::removeSandbox(const std::string& instance, const std::string& path) {
    const bool known =
        std::any_of(removals_.begin(), removals_.end(), [&](const Removal& each) { return each.path == path; });
    if (!known)
        removals_.push_back({instance, path});
    orderRemovals();
}

void SpawnerLink::orderRemovals() {
    auto underWay = std::count_if(removals_.begin(), removals_.end(),
                                  [](const Removal& each) { return each.state == Removal::State::ordered; });
    for (Removal& each : removals_) {
        if (underWay >= kMaxRemovals)
            return;  // their notices lead here again
        if (each.state != Removal::State::fresh)
            continue;
        try {
            PODD_FAILPOINT("link.removal");
            send({.kind = Order::Kind::removeSandbox, .instance = each.instance, .path = each.path}, {});
            each.state = Removal::State::ordered;
            ++underWay;
        } catch (const Error& problem) {
            each.state = Removal::State::failed;
            log::warning(cat("sandbox of ", quoted(each.instance), ": ", problem.what()));
            return retryLater();
        }
    }
}

void SpawnerLink::retryLater() {
    if (std::exchange(pausing_, true))
        return;
    pause_.armIn(pauseUsec_);
    pauseUsec_ = std::min(2 * pauseUsec_, kLongestPauseUsec);
}

void SpawnerLink::retry() {
    pausing_ = false;
    for (Removal& each : removals_)
        if (each.state == Removal::State::failed)
            each.state = Removal::State::fresh;
    orderRemovals();
}

void SpawnerLink::send(const Order& order, const std::vector<int>& fds) {
    const std::string packet = wire::encode(order);
    for (int attempt = 0; attempt < 2; ++attempt) {  // the second one after a spawner that is gone was noticed
        if (!socket_)
            connect();
        if (socket_ && sendPacket(socket_.get(), packet, fds))
            return;
        lose();
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
            return lose();
        }
        hear(wire::decode<Notice>(packet.data));
        if (!socket_)
            return;  // a notice led to an order that found the spawner gone
    }
}

void SpawnerLink::hear(const Notice& notice) {
    if (notice.kind != Notice::Kind::removed)
        launching_.erase(notice.instance);
    const auto removal = std::find_if(removals_.begin(), removals_.end(), [&](const Removal& each) {
        return notice.kind == Notice::Kind::removed && each.instance == notice.instance &&
               each.state == Removal::State::ordered;
    });
    if (removal != removals_.end() && notice.problem.empty()) {
        removals_.erase(removal);
        pauseUsec_ = kFirstPauseUsec;
    } else if (removal != removals_.end()) {
        removal->state = Removal::State::failed;
        retryLater();
    }
    onNotice_(notice);
    if (notice.kind == Notice::Kind::removed)
        orderRemovals();
}

// Whoever ordered is told later, and not from within an order of its own.
void SpawnerLink::lose() {
    const bool wasConnected = static_cast<bool>(socket_);
    watch_.reset();
    socket_.reset();
    for (Removal& each : removals_) {
        if (each.state != Removal::State::ordered)
            continue;
        each.state = Removal::State::failed;
        retryLater();
    }
    lost_.insert(lost_.end(), launching_.begin(), launching_.end());
    launching_.clear();
    if (wasConnected && !lost_.empty())
        telling_.request();
}

}  // namespace podd
