// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/executor_server.h"

#include <sys/epoll.h>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/socket.h"
#include "base/strings.h"
#include "base/wire.h"
#include "manager/record_file.h"

namespace podd {

struct ExecutorServer::Connection {
    UniqueFd socket;
    InstanceId instance;  // number 0 until its hello
    std::unique_ptr<sd::Io> watch;
};

ExecutorServer::ExecutorServer(sd_event* event, std::string runDirectory, OnReport onReport)
    : event_(event),
      runDirectory_(std::move(runDirectory)),
      onReport_(std::move(onReport)),
      listener_(listenAt(runDirectory_ + "/executor.sock")) {}

ExecutorServer::~ExecutorServer() = default;

void ExecutorServer::open() {
    watch_ = std::make_unique<sd::Io>(event_, listener_.get(), EPOLLIN, [this](uint32_t) { accept(); });
}

void ExecutorServer::accept() {
    while (UniqueFd socket = acceptFrom(listener_.get())) {
        const Peer peer = peerOf(socket.get());
        if (peer.uid != 0) {
            log::warning(cat("process ", peer.pid, " of uid ", peer.uid, " claimed to be an executor: refused"));
            continue;
        }
        const int fd = socket.get();
        auto connection = std::make_unique<Connection>(Connection{std::move(socket), {}, {}});
        Connection& reference = *connection;
        connection->watch =
            std::make_unique<sd::Io>(event_, fd, EPOLLIN, [this, &reference](uint32_t) { receive(reference); });
        connections_[fd] = std::move(connection);
    }
}

void ExecutorServer::receive(Connection& connection) {
    Packet packet;
    const int fd = connection.socket.get();
    for (;;) {
        const Received received = receivePacket(fd, packet);
        if (received == Received::nothingYet)
            return;
        if (received == Received::closed)
            return close(connection);
        const std::optional<Report> report = reportOf(connection, packet.data);
        if (!report)
            continue;
        if (connection.instance.number == 0) {
            connection.instance = {report->record.pod, report->record.number};
            byInstance_[connection.instance] = &connection;
        }
        onReport_(connection.instance, *report);
        if (connections_.count(fd) == 0)
            return;  // the report led to the end of this connection
    }
}

// An executor outlives the podd that it was launched by, and an upgrade. Whatever it says, it has written down before in a
// form that all builds read.
std::optional<Report> ExecutorServer::reportOf(const Connection& connection, const std::string& packet) const {
    try {
        return wire::decode<Report>(packet);
    } catch (const Error& error) {
        const std::optional<InstanceRecord> record = findRecord(runDirectory_, peerOf(connection.socket.get()).pid);
        if (!record)
            log::error(cat("report of an executor: ", error.what()));
        return record ? std::optional(Report{Report::Kind::hello, *record, ""}) : std::nullopt;
    }
}

void ExecutorServer::close(Connection& connection) {
    const auto known = byInstance_.find(connection.instance);
    if (known != byInstance_.end() && known->second == &connection)
        byInstance_.erase(known);
    connections_.erase(connection.socket.get());
}

bool ExecutorServer::send(const InstanceId& instance, const ExecutorCommand& command) {
    const auto known = byInstance_.find(instance);
    return known != byInstance_.end() && sendPacket(known->second->socket.get(), wire::encode(command));
}

void ExecutorServer::drain(const InstanceId& instance) {
    if (!watch_)
        return;  // what they would say is in their records
    accept();    // whoever was quick to fail may not have been let in yet
    std::vector<int> unnamed;
    for (const auto& [fd, connection] : connections_)
        if (connection->instance.number == 0)
            unnamed.push_back(fd);
    for (const int fd : unnamed)
        if (const auto it = connections_.find(fd); it != connections_.end())
            receive(*it->second);
    const auto known = byInstance_.find(instance);
    if (known != byInstance_.end())
        receive(*known->second);
}

bool ExecutorServer::isExecutor(int64_t pid, const InstanceId& instance) {
    try {
        const std::string cgroup = readFile(cat("/proc/", pid, "/cgroup"));
        return cgroup.find(executorScope(instance)) != std::string::npos ||
               cgroup.find("podd-spawner") != std::string::npos;
    } catch (const Error&) {
        return false;
    }
}

}  // namespace podd
