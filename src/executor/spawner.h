// SPDX-License-Identifier: LGPL-2.1-or-later
// The resident process of podd-spawner.service: for each launch that podd orders it forks an executor, without an exec,
// so that the executor shares the spawner's pages. One is forked ahead and stands by, so that a launch does not wait for
// the fork and for the pages that an executor writes to first. The spawner holds no thread, no bus and nothing of any
// instance; it may end at any moment: executors that have scopes of their own live on, the one that stands by ends with it.
#pragma once

#include <sys/resource.h>

#include <memory>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/socket.h"
#include "executor/loop.h"
#include "executor/settings.h"
#include "model/executor_protocol.h"

namespace podd {

class Spawner {
public:
    Spawner(const Settings& settings, UniqueFd listener);

    void run();  // until SIGTERM

private:
    // A podd that is connected. There is more than one only for moments; the last one gets the notices.
    struct Connection {
        UniqueFd socket;
        Watch incoming;
    };
    // An executor, or the removal of a sandbox.
    struct Child {
        std::string instance;  // "" for the executor that stands by
        pid_t pid = 0;
        UniqueFd pidfd;
        UniqueFd complaints;  // of a removal: a memfd with its last words
        UniqueFd orders;      // of an executor without a plan: where it waits for one
        Watch end;
    };

    void accept();
    void receive(Connection& connection);
    void drop(const Connection& connection);
    void obey(Packet& packet);
    void launch(const Order& order, const UniqueFd& plan);
    pid_t start(const Order& order, const UniqueFd& plan);
    Child& forkExecutor();
    void standBy();
    void removeSandbox(const Order& order);
    Child& adopt(Child child);
    void onEnd(Child& child);
    void tell(const Notice& notice);

    const Settings& settings_;
    UniqueFd listener_;
    UniqueFd initImage_;
    rlimit descriptors_;  // for the executors
    Loop loop_;
    std::vector<std::unique_ptr<Connection>> connections_;
    std::vector<std::unique_ptr<Child>> children_;
    Child* standby_ = nullptr;  // among the children
    Watch nextStandby_;
    Watch incoming_;
    Watch term_;
};

}  // namespace podd
