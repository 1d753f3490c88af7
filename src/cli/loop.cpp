// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/loop.h"

#include <sys/signalfd.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "cli/message.h"
#include "sd/check.h"

namespace podd::cli {

namespace {

constexpr uint64_t kTickUsec = 1'000'000;

}  // namespace

Loop::Loop(sd_bus* bus) : bus_(bus) {
    sd_event* event = nullptr;
    sd::check(sd_event_new(&event), "make an event loop");
    event_.reset(event);
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGINT);
    sigaddset(&ours, SIGTERM);
    sigprocmask(SIG_BLOCK, &ours, &before_);  // sd_event_add_signal(3) wants them blocked
    for (const auto& [number, owner] : {std::pair{SIGINT, &interrupt_}, std::pair{SIGTERM, &terminate_}}) {
        sd_event_source* source = nullptr;
        sd::check(sd_event_add_signal(event_.get(), &source, number, &Loop::onSignal, this), "watch for signals");
        owner->reset(source);
    }
    sd::check(sd_bus_attach_event(bus_, event_.get(), SD_EVENT_PRIORITY_NORMAL), "watch the bus");
}

Loop::~Loop() {
    (void)sd_bus_detach_event(bus_);
    interrupt_.reset();
    terminate_.reset();
    sigprocmask(SIG_SETMASK, &before_, nullptr);
}

int Loop::onSignal(sd_event_source*, const signalfd_siginfo*, void* self) noexcept {
    static_cast<Loop*>(self)->interrupted_ = true;
    return 0;
}

Waited Loop::run(const std::function<bool()>& done, std::optional<uint64_t> timeoutUsec,
                 const std::function<void()>& tick) {
    const uint64_t start = steadyUsec();
    while (!done()) {
        if (std::exchange(interrupted_, false))
            return Waited::interrupted;
        if (sd_bus_is_open(bus_) <= 0)
            throw Error(Errc::unavailable, "wait: the connection to the bus was lost");
        const uint64_t passed = steadyUsec() - start;
        if (timeoutUsec && passed >= *timeoutUsec)
            return Waited::timedOut;
        const uint64_t most = tick ? kTickUsec : UINT64_MAX;
        const uint64_t pause = timeoutUsec ? std::min(most, *timeoutUsec - passed) : most;
        sd::check(sd_event_run(event_.get(), pause), "wait");
        if (tick)
            tick();
    }
    return Waited::done;
}

Match::Match(sd_bus* bus, const char* rule, Handler handler) : handler_(std::move(handler)) {
    sd_bus_slot* slot = nullptr;
    sd::check(sd_bus_add_match(bus, &slot, rule, &Match::onMessage, this), "subscribe to podd's signals");
    slot_.reset(slot);
}

void Match::rethrow() const {
    if (failure_)
        std::rethrow_exception(failure_);
}

int Match::onMessage(sd_bus_message* message, void* self, sd_bus_error*) noexcept {
    auto* match = static_cast<Match*>(self);
    try {
        match->handler_(message);
    } catch (...) {
        match->failure_ = std::current_exception();
    }
    return 0;  // other matches may want the message too
}

bool hasOwner(sd_bus_message* message) {
    readText(message, 's');
    readText(message, 's');
    return !readText(message, 's').empty();
}

uint64_t steadyUsec() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000 + static_cast<uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace podd::cli
