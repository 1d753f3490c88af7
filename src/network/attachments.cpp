// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/attachments.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/strings.h"
#include "base/wire.h"
#include "network/kept_namespaces.h"

namespace podd {

namespace {

bool isSlow(const NetworkOrder& order) {
    return std::any_of(order.attachments.begin(), order.attachments.end(),
                       [](const NetworkAttachment& each) { return !each.onBridge(); });
}

bool isOnBridge(const NetworkOrder& order) {
    return std::any_of(order.attachments.begin(), order.attachments.end(),
                       [](const NetworkAttachment& each) { return each.onBridge(); });
}

// Whether an order maps one of these ports of the host, too.
bool collides(const NetworkOrder& order, const std::vector<PortMap>& wanted) {
    const std::vector<PortMap> maps = wanted.empty() ? wanted : mapsOf(order);
    return std::any_of(maps.begin(), maps.end(), [&](const PortMap& map) {
        return std::any_of(wanted.begin(), wanted.end(),
                           [&](const PortMap& each) { return each.udp == map.udp && each.hostPort == map.hostPort; });
    });
}

}  // namespace

Attachments::Attachments(sd_event* event, Settings settings, Bridge& bridge, SlowNetworks slow,
                         std::map<std::string, UniqueFd> namespaces, std::function<void()> changed)
    : event_(event),
      settings_(std::move(settings)),
      bridge_(bridge),
      slow_(std::move(slow)),
      changed_(std::move(changed)),
      retry_(event, [this] { tryAgain(); }),
      retryUsec_(settings_.retryUsec) {
    makeDirectories(settings_.directory, 0700);
    takeStock(std::move(namespaces));
}

void Attachments::takeStock(std::map<std::string, UniqueFd> namespaces) {
    for (const std::string& name : listDirectory(settings_.directory)) {
        const std::optional<AttachedState> state = parseState(readFileIfExists(pathOf(name)).value_or(""));
        if (!state || state->order.instance != name) {
            log::warning(cat("network: ", quoted(pathOf(name)), " is not whole: removed"));
            (void)::unlink(pathOf(name).c_str());
            continue;
        }
        Attached& attached = attached_[name];
        attached.state = *state;
        if (const auto kept = namespaces.find(name); kept != namespaces.end())
            attached.netns = std::move(kept->second);
    }
    for (const auto& [name, netns] : namespaces)
        if (attached_.count(name) == 0)
            dropNamespace(name);
    std::vector<std::string> over;
    for (auto& [name, attached] : attached_) {
        attached.executor = openProcess(attached.state.executor);
        if (!attached.executor)
            over.push_back(name);
        else
            watch(name);
    }
    std::vector<NetworkOrder> living;
    for (const auto& [name, attached] : attached_)
        if (attached.executor && isOnBridge(attached.state.order))
            living.push_back(attached.state.order);
    bridge_.resume(living);
    for (const auto& [name, attached] : attached_)
        if (attached.executor && attached.netns)
            checkSlow(name);
    for (const std::string& name : over)
        ended(name);
}

void Attachments::watch(const std::string& instance) {
    Attached& attached = attached_.at(instance);
    attached.end = std::make_unique<sd::Io>(event_, attached.executor.get(), EPOLLIN,
                                            [this, instance](uint32_t) { ended(instance); });
}

// podd has granted the ports of an order, so whoever had them is over, even if that has not been heard here.
void Attachments::makeRoom(const NetworkOrder& order) {
    const std::vector<PortMap> wanted = mapsOf(order);
    std::vector<std::string> over;
    for (const auto& [name, attached] : attached_) {
        if (attached.over || (name != order.instance && !collides(attached.state.order, wanted)))
            continue;
        if (!hasEnded(attached.executor.get()))
            throw Error(Errc::unavailable, cat("network: instance ", quoted(name), " is attached and lives"));
        over.push_back(name);
    }
    for (const std::string& name : over)
        ended(name);
}

void Attachments::attach(const NetworkOrder& order, UniqueFd netns, pid_t executor, Answered answered) {
    bool begun = false;
    try {
        const ProcessName name = nameOf(executor);
        makeRoom(order);
        if (attached_.count(order.instance) > 0)
            throw Error(Errc::unavailable, cat("network: instance ", quoted(order.instance), " is not gone yet"));
        const AttachedState state{order, name};
        PODD_FAILPOINT("network.asked");
        writeFileAtomically(pathOf(order.instance), stateText(state), Durability::volatileFile, 0600);
        attached_[order.instance].state = state;
        begun = true;
        PODD_FAILPOINT("network.recorded");
        attached_.at(order.instance).executor = openProcess(name);
        if (!attached_.at(order.instance).executor)
            throw Error(Errc::unavailable, "network: the executor has ended");
        watch(order.instance);
        if (isOnBridge(order) && bridge_.prepare(order))
            assertTable();
        if (isOnBridge(order))
            bridge_.connect(order, netns.get());
        if (!isSlow(order))
            return answered({.attachments = order.attachments});
        attached_.at(order.instance).netns = std::move(netns);
        keepNamespace(order.instance, attached_.at(order.instance).netns.get());
        addSlow(order.instance, std::move(answered));
    } catch (const std::exception& problem) {
        if (begun) {
            bridge_.removeLinks(order);
            ended(order.instance);
        }
        answered({.problem = problem.what()});
    }
}

void Attachments::addSlow(const std::string& instance, Answered answered) {
    Attached& attached = attached_.at(instance);
    attached.worker = std::make_unique<Worker>(
        event_,
        [this, order = attached.state.order, netns = attached.netns.get()] {
            return wire::encode(slow_.add(order, netns));
        },
        [this, instance, answered = std::move(answered)](const Worker::Result& result) {
            Attached& done = attached_.at(instance);
            done.worker.reset();
            NetworkAnswer answer{.problem = result.problem};
            if (answer.problem.empty())
                answer = wire::decode<NetworkAnswer>(result.value);
            else if (!done.over)
                bridge_.removeLinks(done.state.order);
            if (done.over)
                removeSlow(instance);
            else if (!answer.problem.empty())
                ended(instance);
            answered(answer);
        });
}

void Attachments::ended(const std::string& instance) {
    PODD_CRASHPOINT("network.ended");
    Attached& attached = attached_.at(instance);
    attached.over = true;
    attached.end.reset();
    attached.executor.reset();
    if (isOnBridge(attached.state.order))
        leaveBridge(attached.state.order);
    if (!isSlow(attached.state.order))
        return forget(instance);
    if (!attached.worker)
        removeSlow(instance);
}

void Attachments::leaveBridge(const NetworkOrder& order) {
    try {
        bridge_.disconnect(order);
    } catch (const Error&) {  // some of it is not there, as after a flush
        assertTable();
    }
}

// For the operator, who may do something about it: what runs goes on.
void Attachments::checkSlow(const std::string& instance) {
    Attached& attached = attached_.at(instance);
    attached.worker = std::make_unique<Worker>(
        event_,
        [this, order = attached.state.order, netns = attached.netns.get()] {
            slow_.check(order, netns);
            return std::string();
        },
        [this, instance](const Worker::Result& result) {
            attached_.at(instance).worker.reset();
            if (attached_.at(instance).over)
                removeSlow(instance);
            else if (!result.problem.empty())
                log::warning(cat("network: instance ", quoted(instance), ": ", result.problem));
        });
}

void Attachments::removeSlow(const std::string& instance) {
    Attached& attached = attached_.at(instance);
    attached.worker = std::make_unique<Worker>(
        event_,
        [this, order = attached.state.order, netns = attached.netns ? attached.netns.get() : -1] {
            slow_.remove(order, netns);
            return std::string();
        },
        [this, instance](const Worker::Result& result) {
            attached_.at(instance).worker.reset();
            if (result.problem.empty()) {
                retryUsec_ = settings_.retryUsec;
                return forget(instance);
            }
            log::warning(cat("network: instance ", quoted(instance), ": ", result.problem, "; it is tried again"));
            retry_.armIn(retryUsec_);
            retryUsec_ = std::min(2 * retryUsec_, settings_.maxRetryUsec);
        });
}

void Attachments::forget(const std::string& instance) {
    const auto found = attached_.find(instance);
    if (found->second.netns)
        dropNamespace(instance);
    attached_.erase(found);
    PODD_CRASHPOINT("network.left");
    if (::unlink(pathOf(instance).c_str()) < 0 && errno != ENOENT)
        log::warning(cat("network: ", quoted(pathOf(instance)), ": remove: ", std::strerror(errno)));
    changed_();
}

void Attachments::tryAgain() {
    std::vector<std::string> left;
    for (const auto& [name, attached] : attached_)
        if (attached.over && !attached.worker)
            left.push_back(name);
    for (const std::string& name : left)
        removeSlow(name);
}

std::vector<NetworkOrder> Attachments::orders() const {
    std::vector<NetworkOrder> orders;
    for (const auto& [name, attached] : attached_)
        if (!attached.over)
            orders.push_back(attached.state.order);
    return orders;
}

void Attachments::removeDirectory() const {
    (void)::rmdir(settings_.directory.c_str());
}

void Attachments::assertTable() {
    bridge_.assertTable(orders());
}

}  // namespace podd
