// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/loop.h"

#include <sys/epoll.h>
#include <sys/inotify.h>

#include <ctime>

#include "base/strings.h"
#include "sd/check.h"

namespace podd {

struct Watch::Callback {
    Loop* loop;
    std::shared_ptr<Task> task;  // shared with a running call, which may destroy the Watch
};

void Watch::Free::operator()(Callback* callback) const {
    delete callback;
}

void Watch::enable(bool on) {
    if (source_)
        sd::check(sd_event_source_set_enabled(source_.get(), on ? SD_EVENT_ON : SD_EVENT_OFF), "switch event source");
}

void Watch::reset() {
    source_.reset();
    callback_.reset();
}

Loop::Loop(std::function<void(const std::string&)> onError) : onError_(std::move(onError)) {
    sd_event* event = nullptr;
    sd::check(sd_event_new(&event),
              "sd_event_new");  // never the default one: it would be the spawner's after a fork
    event_.reset(event);
}

Watch Loop::watch(Task task) {
    Watch watch;
    watch.callback_.reset(new Watch::Callback{this, std::make_shared<Task>(std::move(task))});
    return watch;
}

int Loop::call(void* userdata) noexcept {
    const auto* callback = static_cast<Watch::Callback*>(userdata);
    Loop* const loop = callback->loop;
    const std::shared_ptr<Task> task = callback->task;
    try {
        (*task)();
    } catch (const std::exception& error) {
        loop->onError_(error.what());
    }
    return 0;
}

Watch Loop::io(int fd, uint32_t events, Task task) {
    Watch watch = this->watch(std::move(task));
    sd_event_source* source = nullptr;
    const auto handler = [](sd_event_source*, int, uint32_t, void* userdata) { return call(userdata); };
    sd::check(sd_event_add_io(event_.get(), &source, fd, events, handler, watch.callback_.get()), "watch descriptor");
    watch.source_.reset(source);
    return watch;
}

Watch Loop::timer(uint64_t inUsec, Task task, uint64_t slackUsec) {
    Watch watch = this->watch(std::move(task));
    sd_event_source* source = nullptr;
    const auto handler = [](sd_event_source*, uint64_t, void* userdata) { return call(userdata); };
    sd::check(sd_event_add_time_relative(event_.get(), &source, CLOCK_MONOTONIC, inUsec, slackUsec, handler,
                                         watch.callback_.get()),
              "set timer");
    watch.source_.reset(source);
    return watch;
}

Watch Loop::signal(int number, Task task) {
    Watch watch = this->watch(std::move(task));
    sd_event_source* source = nullptr;
    const auto handler = [](sd_event_source*, const signalfd_siginfo*, void* userdata) { return call(userdata); };
    sd::check(sd_event_add_signal(event_.get(), &source, number, handler, watch.callback_.get()), "watch signal");
    watch.source_.reset(source);
    return watch;
}

Watch Loop::directory(const std::string& path, uint32_t mask, Task task) {
    Watch watch = this->watch(std::move(task));
    sd_event_source* source = nullptr;
    const auto handler = [](sd_event_source*, const inotify_event*, void* userdata) { return call(userdata); };
    sd::check(sd_event_add_inotify(event_.get(), &source, path.c_str(), mask, handler, watch.callback_.get()),
              cat("watch ", quoted(path)));
    watch.source_.reset(source);
    return watch;
}

void Loop::run() {
    sd::check(sd_event_loop(event_.get()), "event loop");
}

void Loop::leave() {
    (void)sd_event_exit(event_.get(), 0);
}

}  // namespace podd
