// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sd/call_queue.h"

#include <string_view>
#include <utility>

#include "sd/check.h"
#include "sd/guarded.h"

namespace podd::sd {

namespace {

// PID 1 answers nothing for seconds during a daemon-reload with many units (systemd.md §14).
constexpr uint64_t kTimeoutUsec = 120'000'000;

// The bus cuts off who has more than 128 calls under way (max_replies_per_connection of dbus-daemon(1)); half of them are
// for whatever else podd asks.
constexpr size_t kMaxUnderWay = 64;

// It may be known from a call that the peer is gone before the bus has said so.
constexpr uint64_t kAgainUsec = 100'000;

// The bus found nobody to give the call to, or tried to start systemd.
bool wasNotDelivered(const sd_bus_error* error) {
    return sd_bus_error_has_name(error, SD_BUS_ERROR_SERVICE_UNKNOWN) != 0 ||
           sd_bus_error_has_name(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER) != 0 ||
           std::string_view(error->name).starts_with("org.freedesktop.DBus.Error.Spawn.");
}

}  // namespace

struct CallQueue::Request {
    CallQueue& owner;
    uint64_t turn;
    Message call;
    Answer answer;
    Doubt doubt;
    uint64_t deadlineUsec;  // CLOCK_MONOTONIC; 0 until it is sent for the first time
    Slot slot;
};

CallQueue::CallQueue(sd_bus* bus, sd_event* event) : bus_(bus), again_(event, [this] { sendWaiting(); }) {}

CallQueue::~CallQueue() = default;

void CallQueue::send(sd_bus_message* call, Answer answer, Doubt doubt) {
    const uint64_t turn = ++lastTurn_;
    waiting_[turn] = std::make_unique<Request>(
        Request{*this, turn, Message(sd_bus_message_ref(call)), std::move(answer), doubt, 0, {}});
    sendWaiting();
}

void CallQueue::resume() {
    held_ = false;
    sendWaiting();
}

void CallQueue::sendWaiting() {
    const auto onReply = [](sd_bus_message* reply, void* self, sd_bus_error*) noexcept {
        return guarded([&] {
            const auto* request = static_cast<Request*>(self);
            request->owner.onReply(request->turn, reply);
        });
    };
    while (!held_ && !waiting_.empty() && underWay_.size() < kMaxUnderWay) {
        std::unique_ptr<Request> request = std::move(waiting_.extract(waiting_.begin()).mapped());
        sd_bus_message* const call = request->call.get();
        sd_bus_slot* slot = nullptr;
        check(sd_bus_call_async(bus_, &slot, call, onReply, request.get(), kTimeoutUsec),
              sd_bus_message_get_member(call));
        request->slot.reset(slot);
        if (request->deadlineUsec == 0)
            request->deadlineUsec = monotonicUsec() + kTimeoutUsec;
        const uint64_t turn = request->turn;
        underWay_[turn] = std::move(request);
    }
}

void CallQueue::onReply(uint64_t turn, sd_bus_message* reply) {
    std::unique_ptr<Request> request = std::move(underWay_.extract(turn).mapped());
    if (isToBeRepeated(*request, reply)) {
        request->slot.reset();
        waiting_[turn] = std::move(request);
        return again_.armIn(kAgainUsec);
    }
    sendWaiting();
    request->answer(reply);
}

bool CallQueue::isToBeRepeated(const Request& request, sd_bus_message* reply) {
    const sd_bus_error* error = sd_bus_message_get_error(reply);
    if (error == nullptr || monotonicUsec() >= request.deadlineUsec)
        return false;
    const bool inDoubt = sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) != 0;
    return wasNotDelivered(error) || (inDoubt && request.doubt == Doubt::repeat);
}

}  // namespace podd::sd
