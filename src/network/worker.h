// SPDX-License-Identifier: LGPL-2.1-or-later
// A process of its own for what may take long: a fork that does its work and sends the result back.
#pragma once

#include <systemd/sd-event.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/fd.h"
#include "sd/event.h"

namespace podd {

class Worker {
public:
    // `work` runs in the fork; what it returns, or the text of what it throws as a problem, is what `done` gets. `done` may
    // destroy this.
    struct Result {
        std::string value;
        std::string problem;  // "" = it has done its work
    };
    Worker(sd_event* event, const std::function<std::string()>& work, std::function<void(const Result&)> done);
    ~Worker();  // ends it
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

private:
    void receive();

    pid_t pid_ = 0;
    UniqueFd socket_;
    std::function<void(const Result&)> done_;
    std::unique_ptr<sd::Io> incoming_;
};

}  // namespace podd
