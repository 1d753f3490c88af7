// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sd/event.h"

#include <ctime>

#include "sd/check.h"
#include "sd/guarded.h"

namespace podd::sd {

namespace {

uint64_t clockUsec(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000 + static_cast<uint64_t>(now.tv_nsec) / 1000;
}

// A copy is called, so that a callback may destroy the object that holds it.
int callBack(const std::function<void()>& callback) noexcept {
    return guarded([&] {
        const std::function<void()> copy = callback;
        copy();
    });
}

}  // namespace

Event makeEvent() {
    sd_event* event = nullptr;
    check(sd_event_new(&event), "make event loop");
    return Event(event);
}

Io::Io(sd_event* event, int fd, uint32_t events, std::function<void(uint32_t)> callback)
    : callback_(std::move(callback)) {
    sd_event_source* source = nullptr;
    const auto trampoline = [](sd_event_source*, int, uint32_t revents, void* self) noexcept {
        return guarded([&] {
            const std::function<void(uint32_t)> copy = static_cast<Io*>(self)->callback_;
            copy(revents);
        });
    };
    check(sd_event_add_io(event, &source, fd, events, trampoline, this), "watch descriptor");
    source_.reset(source);
}

Timer::Timer(sd_event* event, std::function<void()> callback) : callback_(std::move(callback)), event_(event) {}

void Timer::armIn(uint64_t usec, uint64_t accuracyUsec) {
    armAt(bootTimeUsec() + usec, accuracyUsec);
}

void Timer::armAt(uint64_t boottimeUsec, uint64_t accuracyUsec) {
    if (source_) {
        check(sd_event_source_set_time(source_.get(), boottimeUsec), "set timer");
        check(sd_event_source_set_time_accuracy(source_.get(), accuracyUsec), "set timer");
        check(sd_event_source_set_enabled(source_.get(), SD_EVENT_ONESHOT), "arm timer");
        return;
    }
    sd_event_source* source = nullptr;
    const auto trampoline = [](sd_event_source*, uint64_t, void* self) noexcept {
        return callBack(static_cast<Timer*>(self)->callback_);
    };
    check(sd_event_add_time(event_, &source, CLOCK_BOOTTIME, boottimeUsec, accuracyUsec, trampoline, this),
          "make timer");
    source_.reset(source);
}

void Timer::disarm() {
    source_.reset();
}

Idle::Idle(sd_event* event, std::function<void()> callback) : callback_(std::move(callback)) {
    sd_event_source* source = nullptr;
    const auto trampoline = [](sd_event_source*, void* self) noexcept {
        return callBack(static_cast<Idle*>(self)->callback_);
    };
    check(sd_event_add_defer(event, &source, trampoline, this), "make idle source");
    source_.reset(source);
    check(sd_event_source_set_priority(source, SD_EVENT_PRIORITY_IDLE), "set priority");
    check(sd_event_source_set_enabled(source, SD_EVENT_OFF), "disable idle source");
}

void Idle::request() {
    check(sd_event_source_set_enabled(source_.get(), SD_EVENT_ONESHOT), "enable idle source");
}

uint64_t monotonicUsec() {
    return clockUsec(CLOCK_MONOTONIC);
}

uint64_t bootTimeUsec() {
    return clockUsec(CLOCK_BOOTTIME);
}

uint64_t realTimeUsec() {
    return clockUsec(CLOCK_REALTIME);
}

}  // namespace podd::sd
