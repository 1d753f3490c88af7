// SPDX-License-Identifier: LGPL-2.1-or-later
// podd's end of the spawner's socket. Connects when there is something to order (systemd starts the spawner by socket
// activation) and again after the spawner was killed; pods are not touched by either.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/fd.h"
#include "core/ports.h"
#include "sd/event.h"

namespace podd {

class SpawnerLink final : public SpawnerPort {
public:
    using OnNotice = std::function<void(const Notice&)>;
    using OnLost = std::function<void()>;  // orders without an answer will get none

    SpawnerLink(sd_event* event, std::string socketPath, OnNotice onNotice, OnLost onLost);

    // Connects now, if the spawner listens, to hear what becomes of executors that an earlier podd had launched.
    void connect();
    void launch(const LaunchPlan& plan, const std::string& instance) override;
    void removeSandbox(const std::string& instance, const std::string& path) override;

private:
    void send(const Order& order, const std::vector<int>& fds);
    void receive();

    sd_event* event_;
    std::string path_;
    OnNotice onNotice_;
    OnLost onLost_;
    UniqueFd socket_;
    std::unique_ptr<sd::Io> watch_;
};

}  // namespace podd
