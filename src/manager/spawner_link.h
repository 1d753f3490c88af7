// SPDX-License-Identifier: LGPL-2.1-or-later
// podd's end of the spawner's socket. Connects when there is something to order (systemd starts the spawner by socket
// activation) and again after the spawner was killed; pods are not touched by either. A launch that a spawner took along
// is told of, since only who ordered it knows whether it is still wanted. A removal is kept until a spawner has reported
// that it is done: it is ordered again from the next one, and later once more when something was in the way.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/fd.h"
#include "core/ports.h"
#include "sd/event.h"

namespace podd {

class SpawnerLink final : public SpawnerPort {
public:
    using OnNotice = std::function<void(const Notice&)>;
    // The spawner ended before it has said what became of these launches (escaped instances).
    using OnLost = std::function<void(const std::vector<std::string>& launches)>;

    SpawnerLink(sd_event* event, std::string socketPath, OnNotice onNotice, OnLost onLost);

    // Connects now, if the spawner listens, to hear what becomes of executors that an earlier podd had launched.
    void connect();
    void launch(const LaunchPlan& plan, const std::string& instance) override;
    void removeSandbox(const std::string& instance, const std::string& path) override;

private:
    struct Removal {
        enum class State { fresh, ordered, failed };
        std::string instance;
        std::string path;
        State state = State::fresh;
    };

    void send(const Order& order, const std::vector<int>& fds);
    void receive();
    void hear(const Notice& notice);
    void lose();
    void orderRemovals();
    void retryLater();
    void retry();

    sd_event* event_;
    std::string path_;
    OnNotice onNotice_;
    OnLost onLost_;
    UniqueFd socket_;
    std::unique_ptr<sd::Io> watch_;
    std::set<std::string> launching_;  // ordered from the spawner that is connected, which has not answered yet
    std::vector<std::string> lost_;    // ordered from one that is gone
    sd::Idle telling_;
    std::deque<Removal> removals_;  // in the order in which they were asked for
    uint64_t pauseUsec_;            // before those that failed are tried again
    bool pausing_ = false;
    sd::Timer pause_;
};

}  // namespace podd
