// SPDX-License-Identifier: LGPL-2.1-or-later
// The event loop of the spawner and of each executor: sd-event with functions as callbacks. A Watch owns its
// source and its function; destroying it cancels the callback, also from inside that very callback. This is
// the one gate between exceptions and C: what a callback throws goes to the loop's owner.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "sd/handle.h"

namespace podd {

using Task = std::function<void()>;

class Watch {
public:
    Watch() = default;
    void enable(bool on);
    void reset();
    explicit operator bool() const { return source_ != nullptr; }

private:
    friend class Loop;
    struct Callback;
    struct Free {
        void operator()(Callback* callback) const;
    };
    std::unique_ptr<Callback, Free> callback_;
    sd::Source source_;  // after what it calls, so that it goes first
};

class Loop {
public:
    // `onError` gets the text of what a callback has thrown.
    explicit Loop(std::function<void(const std::string&)> onError);

    Watch io(int fd, uint32_t events, Task task);
    // Once, on CLOCK_MONOTONIC; up to `slackUsec` later, where that saves the host from waking up.
    Watch timer(uint64_t inUsec, Task task, uint64_t slackUsec = 1000);
    Watch signal(int number, Task task);  // the signal must be blocked
    Watch directory(const std::string& path, uint32_t mask, Task task);

    void run();
    void leave();

private:
    friend class Watch;
    Watch watch(Task task);
    static int call(void* userdata) noexcept;

    sd::Event event_;
    std::function<void(const std::string&)> onError_;
};

}  // namespace podd
