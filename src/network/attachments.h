// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is on which network, from its order to the end of its executor. What is to be attached is written down before anything
// of it is made, so a process that comes after this one finds what there may be, whenever this one died.
#pragma once

#include <systemd/sd-event.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "model/network_order.h"
#include "network/bridge.h"
#include "network/state_json.h"
#include "network/worker.h"
#include "sd/event.h"

namespace podd {

// Networks that other programs make, and whose namespace has to be there when they are left. Both run in a process of their
// own, and block.
struct SlowNetworks {
    // All attachments that are not on the bridge, or none and an Error.
    std::function<NetworkAnswer(const NetworkOrder& order, int netns)> add;
    // Whether they are still as they were made; an Error if not.
    std::function<void(const NetworkOrder& order, int netns)> check;
    // `netns` is -1 when the namespace is gone.
    std::function<void(const NetworkOrder& order, int netns)> remove;
};

class Attachments {
public:
    struct Settings {
        std::string directory = "/run/podd/network/instances";  // a file for each instance
        uint64_t retryUsec = 1'000'000;  // when a slow network could not be left; doubled each time
        uint64_t maxRetryUsec = 60'000'000;
    };
    // `namespaces` are those that kept() got in an earlier process, by the name of the instance. `changed` is told whenever
    // empty() may have changed.
    Attachments(sd_event* event, Settings settings, Bridge& bridge, SlowNetworks slow,
                std::map<std::string, UniqueFd> namespaces, std::function<void()> changed);

    using Answered = std::function<void(const NetworkAnswer&)>;
    // `answered` is called once, perhaps before this returns.
    void attach(const NetworkOrder& order, UniqueFd netns, pid_t executor, Answered answered);

    bool empty() const { return attached_.empty(); }
    void removeDirectory() const;  // once nobody is attached
    // The bridge's table, as it should be.
    void assertTable();

private:
    struct Attached {
        AttachedState state;
        UniqueFd executor;  // pidfd; none = it has ended
        std::unique_ptr<sd::Io> end;
        UniqueFd netns;  // while slow networks need it
        std::unique_ptr<Worker> worker;
        bool over = false;
    };
    using Entry = std::map<std::string, Attached>::iterator;

    void takeStock(std::map<std::string, UniqueFd> namespaces);
    void watch(const std::string& instance);
    void makeRoom(const NetworkOrder& order);
    void addSlow(const std::string& instance, Answered answered);
    void ended(const std::string& instance);
    void checkSlow(const std::string& instance);
    void removeSlow(const std::string& instance);
    void leaveBridge(const NetworkOrder& order);
    void forget(const std::string& instance);
    void tryAgain();
    std::vector<NetworkOrder> orders() const;
    std::string pathOf(const std::string& instance) const { return settings_.directory + '/' + instance; }

    sd_event* event_;
    Settings settings_;
    Bridge& bridge_;
    SlowNetworks slow_;
    std::function<void()> changed_;
    std::map<std::string, Attached> attached_;  // by instance
    sd::Timer retry_;
    uint64_t retryUsec_;
};

}  // namespace podd
