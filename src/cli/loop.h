// SPDX-License-Identifier: LGPL-2.1-or-later
// Waiting for signals of the bus, with Ctrl-C as an ordinary event: while a Loop lives, SIGINT and SIGTERM do
// not end podctl, they end the waiting.
#pragma once

#include <signal.h>

#include <exception>
#include <functional>
#include <optional>

#include "sd/handle.h"

namespace podd::cli {

enum class Waited { done, interrupted, timedOut };

class Loop {
public:
    explicit Loop(sd_bus* bus);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    ~Loop();

    // Lets callbacks run until `done` says so, which is asked after each of them. `tick` is called then as well, and at
    // least every second; without one (nullptr) nothing wakes this in between. May be called again. Throws Error when
    // the connection to the bus is lost.
    Waited run(const std::function<bool()>& done, std::optional<uint64_t> timeoutUsec,
               const std::function<void()>& tick);

private:
    static int onSignal(sd_event_source* source, const signalfd_siginfo* info, void* self) noexcept;

    sd_bus* bus_;
    sigset_t before_{};
    bool interrupted_ = false;
    sd::Event event_;
    sd::Source interrupt_;
    sd::Source terminate_;
};

// What several verbs watch: podd comes or goes (name, who had it, who has it), and a pod was removed.
constexpr const char* kOwnerRule =
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',"
    "arg0='org.podd1'";
constexpr const char* kPodRemovedRule =
    "type='signal',sender='org.podd1',path='/org/podd1',interface='org.podd1.Manager',member='PodRemoved'";

// A match on the bus with an owner; its handler may throw, which reaches the caller of rethrow().
class Match {
public:
    using Handler = std::function<void(sd_bus_message*)>;

    Match(sd_bus* bus, const char* rule, Handler handler);
    Match(const Match&) = delete;
    Match& operator=(const Match&) = delete;

    void rethrow() const;

private:
    static int onMessage(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;

    Handler handler_;
    std::exception_ptr failure_;
    sd::Slot slot_;
};

// Of a signal of kOwnerRule: whether there is a podd now. To ask for anything while there is none would start one, also where
// somebody has just stopped it.
bool hasOwner(sd_bus_message* message);

// µs of CLOCK_MONOTONIC, for measuring how long something has taken.
uint64_t steadyUsec();

}  // namespace podd::cli
