// SPDX-License-Identifier: LGPL-2.1-or-later
// The socket that executors report to. A connection is known by the instance that its hello names; a newer connection of
// the same instance replaces the older one. Whoever is not root is not listened to. Of an executor of another build, which
// podd does not understand, counts what is in its record.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/fd.h"
#include "core/ports.h"
#include "sd/event.h"

namespace podd {

class ExecutorServer final : public ExecutorsPort {
public:
    using OnReport = std::function<void(const InstanceId&, const Report&)>;

    // Listens on <run directory>/executor.sock.
    ExecutorServer(sd_event* event, std::string runDirectory, OnReport onReport);
    ~ExecutorServer() override;

    // From here on executors are heard; until then they wait. A new podd must know of all instances first: one that it
    // does not know is stopped.
    void open();

    bool send(const InstanceId& instance, const ExecutorCommand& command) override;
    void drain(const InstanceId& instance) override;
    bool isExecutor(int64_t pid, const InstanceId& instance) override;

private:
    struct Connection;
    void accept();
    void receive(Connection& connection);
    std::optional<Report> reportOf(const Connection& connection, const std::string& packet) const;
    void close(Connection& connection);

    sd_event* event_;
    std::string runDirectory_;
    OnReport onReport_;
    UniqueFd listener_;
    std::map<int, std::unique_ptr<Connection>> connections_;  // by descriptor
    std::map<InstanceId, Connection*> byInstance_;
    std::unique_ptr<sd::Io> watch_;
};

}  // namespace podd
