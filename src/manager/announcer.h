// SPDX-License-Identifier: LGPL-2.1-or-later
// The one place in which events (model/event.h) are made. It stands between the manager and whoever else is told of changes:
// it passes everything on, compares with what it saw before, and tells its sink what has happened. It decides nothing and
// remembers only what it takes to compare.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "manager/manager.h"
#include "model/event.h"

namespace podd {

class Announcer final : public Observer {
public:
    using Sink = std::function<void(const Event&)>;

    // `next` outlives this.
    Announcer(Observer& next, Sink sink) : next_(next), sink_(std::move(sink)) {}

    // From here on a pod that is added is a new one. Before, it is one that an earlier podd has left.
    void open() { open_ = true; }

private:
    // Observer
    void podAdded(const Pod& pod) override;
    void podChanged(const Pod& pod) override;
    void podRemoved(const Pod& pod) override;
    void instanceAdded(const Instance& instance) override;
    void instanceChanged(const Instance& instance) override;
    void instanceRemoved(const Instance& instance) override;
    void deploymentAdded(const Deployment& deployment) override;
    void deploymentStuck(const Deployment& deployment) override;
    void deploymentRemoved(const Deployment& deployment, const std::string& result,
                           const std::string& message) override;

    struct SeenPod {
        std::string version;
        PodState state = PodState::stopped;
        uint32_t failures = 0;
    };
    struct SeenContainer {
        ContainerPhase phase = ContainerPhase::preparing;
        CheckState health = CheckState::none;
        CheckState readiness = CheckState::none;
    };
    struct SeenInstance {
        LaunchPhase phase = LaunchPhase::spawning;
        std::vector<SeenContainer> containers;
    };
    void tell(Event event);
    void tellOf(const Instance& instance, EventKind kind, std::string result, std::string message);
    void tellOf(const Instance& instance, const ContainerRecord& container);
    void tellOf(const Instance& instance, const ContainerRecord& container, CheckPurpose purpose, CheckState before);
    void tellOfEnd(const Instance& instance);
    static std::vector<SeenContainer> containersOf(const Instance& instance);

    Observer& next_;
    Sink sink_;
    bool open_ = false;
    std::map<std::string, SeenPod> pods_;
    std::map<InstanceId, SeenInstance> instances_;
};

}  // namespace podd
