// SPDX-License-Identifier: LGPL-2.1-or-later
// Event sources as objects: they fire while they live. The callback may destroy its own source.
#pragma once

#include <cstdint>
#include <functional>

#include "sd/handle.h"

namespace podd::sd {

Event makeEvent();

// Watches a descriptor (not owned) for EPOLLIN and the like.
class Io {
public:
    Io(sd_event* event, int fd, uint32_t events, std::function<void(uint32_t)> callback);
    Io(const Io&) = delete;
    Io& operator=(const Io&) = delete;

private:
    std::function<void(uint32_t)> callback_;
    Source source_;
};

// One shot at a time: armed, fired once, armed again. CLOCK_BOOTTIME, so that it counts through a suspend.
class Timer {
public:
    Timer(sd_event* event, std::function<void()> callback);
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;

    // How late it may be: 0 = as sd_event_add_time(3) has it, 250 ms, so that wake-ups come together.
    void armIn(uint64_t usec, uint64_t accuracyUsec = 0);
    void armAt(uint64_t boottimeUsec, uint64_t accuracyUsec = 0);
    void disarm();

private:
    std::function<void()> callback_;
    sd_event* event_;
    Source source_;
};

// Runs once when everything else that is ready has been handled; asking again meanwhile changes nothing.
class Idle {
public:
    Idle(sd_event* event, std::function<void()> callback);
    Idle(const Idle&) = delete;
    Idle& operator=(const Idle&) = delete;

    void request();

private:
    std::function<void()> callback_;
    Source source_;
};

uint64_t monotonicUsec();  // CLOCK_MONOTONIC
uint64_t bootTimeUsec();   // CLOCK_BOOTTIME
uint64_t realTimeUsec();   // CLOCK_REALTIME

}  // namespace podd::sd
