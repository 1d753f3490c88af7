// SPDX-License-Identifier: LGPL-2.1-or-later
#include "executor/spawner.h"

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/tree.h"
#include "base/wire.h"
#include "executor/child.h"
#include "executor/init_image.h"
#include "executor/process.h"
#include "executor/sandbox.h"

namespace podd {

namespace {

constexpr uint64_t kLaunchUsec = 40'000;  // the next executor is not forked while one is busy with its launch

UniqueFd pidfdOf(pid_t pid) {
    UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd)
        throwErrno(errno, "pidfd_open");
    return pidfd;
}

std::string wordsIn(int memfd) {
    std::array<char, 4096> words{};
    const ssize_t n = ::pread(memfd, words.data(), words.size(), 0);
    return std::string(words.data(), n > 0 ? static_cast<size_t>(n) : 0);
}

}  // namespace

Spawner::Spawner(const Settings& settings, UniqueFd listener)
    : settings_(settings),
      listener_(std::move(listener)),
      initImage_(sealedProgram(settings.initProgram)),
      descriptors_(raiseDescriptorLimit()),
      loop_([](const std::string& text) { log::error(text); }) {}

void Spawner::run() {
    term_ = loop_.signal(SIGTERM, [this] { loop_.leave(); });
    incoming_ = loop_.io(listener_.get(), EPOLLIN, [this] { accept(); });
    nextStandby_ = loop_.timer(0, [this] { standBy(); });
    loop_.run();
}

void Spawner::accept() {
    UniqueFd socket = acceptFrom(listener_.get());
    if (!socket)
        return;
    if (const Peer peer = peerOf(socket.get()); peer.uid != 0)
        return log::warning(cat("connection of process ", peer.pid, " refused: it runs as user ", peer.uid));
    Connection& connection = *connections_.emplace_back(std::make_unique<Connection>());
    connection.socket = std::move(socket);
    connection.incoming = loop_.io(connection.socket.get(), EPOLLIN, [this, &connection] { receive(connection); });
}

void Spawner::drop(const Connection& connection) {
    std::erase_if(connections_, [&](const auto& each) { return each.get() == &connection; });
}

void Spawner::receive(Connection& connection) {
    Packet packet;
    switch (receivePacket(connection.socket.get(), packet)) {
        case Received::nothingYet: return;
        case Received::closed: return drop(connection);
        case Received::packet: return obey(packet);
    }
}

void Spawner::obey(Packet& packet) {
    const Order order = wire::decode<Order>(packet.data);
    std::string().swap(packet.data);  // or every executor keeps a copy of this buffer
    PODD_CRASHPOINT("spawner.order");
    if (order.kind == Order::Kind::removeSandbox)
        return removeSandbox(order);
    if (packet.fds.size() != 1)
        return tell({.kind = Notice::Kind::spawned, .instance = order.instance, .problem = "the order has no plan"});
    launch(order, packet.fds.front());
}

void Spawner::launch(const Order& order, const UniqueFd& plan) {
    Notice notice{.kind = Notice::Kind::spawned, .instance = order.instance, .problem = ""};
    try {
        notice.pid = start(order, plan);
    } catch (const Error& error) {
        notice.problem = error.what();
    }
    PODD_CRASHPOINT("spawner.tell");
    tell(notice);
    if (notice.pid == 0)
        return;
    awaitMoves(settings_.cgroupRoot);  // while the executor prepares what systemd will move into scopes
    nextStandby_ = loop_.timer(kLaunchUsec, [this] { standBy(); });
}

pid_t Spawner::start(const Order& order, const UniqueFd& plan) {
    PODD_FAILPOINT("spawner.start");
    Child* executor = std::exchange(standby_, nullptr);
    // One that stood by may have been killed.
    if (executor == nullptr || !sendPacket(executor->orders.get(), kPlanFollows, {plan.get()})) {
        executor = &forkExecutor();
        if (!sendPacket(executor->orders.get(), kPlanFollows, {plan.get()}))
            throwErrno(errno, "pass the plan");
    }
    PODD_CRASHPOINT("spawner.passed");
    executor->instance = order.instance;
    executor->orders.reset();
    return executor->pid;
}

Spawner::Child& Spawner::forkExecutor() {
    auto [orders, executorsEnd] = packetPair();
    PODD_CRASHPOINT("spawner.fork");
    const pid_t pid = ::fork();
    if (pid == 0)
        becomeExecutor(settings_, descriptors_, executorsEnd.get(), initImage_.get());
    if (pid < 0)
        throwErrno(errno, "fork");
    return adopt(
        {.instance = "", .pid = pid, .pidfd = pidfdOf(pid), .complaints = {}, .orders = std::move(orders), .end = {}});
}

void Spawner::standBy() {
    if (standby_ == nullptr)
        standby_ = &forkExecutor();
}

void Spawner::removeSandbox(const Order& order) {
    Notice notice{.kind = Notice::Kind::removed, .instance = order.instance, .problem = ""};
    if (!isBelow(order.path, settings_.stateDirectory + "/sandboxes")) {
        notice.problem = cat(quoted(order.path), ": not a sandbox");
        return tell(notice);
    }
    PODD_CRASHPOINT("spawner.remove");
    UniqueFd complaints(::memfd_create("podd-removal", MFD_CLOEXEC));
    const pid_t pid = ::fork();
    if (pid == 0)
        becomeRemover(order.path, complaints.get());
    if (pid > 0) {
        adopt({.instance = order.instance,
               .pid = pid,
               .pidfd = pidfdOf(pid),
               .complaints = std::move(complaints),
               .orders = {},
               .end = {}});
        return;
    }
    notice.problem = cat("fork: ", errnoText(errno));
    tell(notice);
}

Spawner::Child& Spawner::adopt(Child child) {
    Child& adopted = *children_.emplace_back(std::make_unique<Child>(std::move(child)));
    adopted.end = loop_.io(adopted.pidfd.get(), EPOLLIN, [this, &adopted] { onEnd(adopted); });
    return adopted;
}

void Spawner::onEnd(Child& child) {
    int status = 0;
    if (::waitpid(child.pid, &status, WNOHANG) != child.pid)
        return;
    Notice notice{.kind = Notice::Kind::executorEnded,
                  .instance = child.instance,
                  .pid = child.pid,
                  .status = status,
                  .problem = ""};
    if (child.complaints) {
        notice.kind = Notice::Kind::removed;
        notice.problem = wordsIn(child.complaints.get());
        if (notice.problem.empty() && status != 0)
            notice.problem = "the removal was interrupted";
    }
    PODD_CRASHPOINT("spawner.ended");
    if (&child == standby_)
        standby_ = nullptr;
    if (!child.instance.empty())
        tell(notice);
    std::erase_if(children_, [&](const auto& each) { return each.get() == &child; });
}

// A podd that is not there finds out by itself: from the record, from systemd and from executors that
// connect.
void Spawner::tell(const Notice& notice) {
    if (!connections_.empty() && !sendPacket(connections_.back()->socket.get(), wire::encode(notice)))
        log::warning(cat("notice about ", quoted(notice.instance), ": podd does not take it"));
}

}  // namespace podd
