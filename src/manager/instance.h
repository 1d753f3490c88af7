// SPDX-License-Identifier: LGPL-2.1-or-later
// One instance in podd: the machine of core/instance_machine.h with hands. It owns its deadline and the watch on its
// executor's process; everything else it does through Host, which also learns what became of it.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/fd.h"
#include "core/base_plan.h"
#include "core/instance_machine.h"
#include "core/ports.h"
#include "sd/event.h"

namespace podd {

class Instance;

// What an instance needs from the world around it; the manager is one.
class InstanceHost {
public:
    virtual ~InstanceHost() = default;
    virtual void startUnits(Instance& instance, const UnitPlan& main, const std::vector<UnitPlan>& aux) = 0;
    virtual void stopUnits(Instance& instance) = 0;
    virtual bool command(const Instance& instance, ExecutorCommand::Kind kind) = 0;
    virtual void drain(const Instance& instance) = 0;
    virtual void removeSandbox(const Instance& instance) = 0;
    // `before` and `wasReady` are what it was.
    virtual void changed(Instance& instance, LaunchPhase before, bool wasReady) = 0;
    virtual void over(Instance& instance) = 0;  // destroys the instance, when the present event is through
    virtual void executorEnded(Instance& instance, const std::string& how) = 0;  // its process is gone; "" = how?
};

class Instance {
public:
    Instance(sd_event* event, InstanceHost& host, InstanceId id, std::string version);
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    const InstanceId& id() const { return id_; }
    const std::string& version() const { return version_; }
    const InstanceState& state() const { return state_; }
    uint64_t launchedUsec() const { return launchedUsec_; }      // CLOCK_REALTIME
    uint64_t stateSinceUsec() const { return stateSinceUsec_; }  // CLOCK_REALTIME
    bool ready() const;                                          // it runs and does its work, as far as its checks say
    uint64_t readySinceUsec() const { return readySince_; }      // CLOCK_BOOTTIME; 0 = it is not
    uint64_t ranUsec() const;                                    // since all its containers ran; 0 if they never did

    // Keeps the plan until the units have been made.
    void setPlan(InstancePlan plan);
    const std::optional<InstancePlan>& plan() const { return plan_; }
    const std::vector<EndpointBinding>& endpoints() const { return endpoints_; }  // with the ports that it has

    // Continues where a record of an earlier podd stands.
    void resume(const InstanceRecord& record);

    void handle(const InstanceEvent& event);

    void deadlinePassed();
    void watchExecutor(int64_t pid);
    void executorEnded(const std::string& how);
    void unitsStarted(const UnitsPort::Started& result);
    void unitAppeared(const std::string& unit) { units_.insert(unit); }
    void unitRemoved(const std::string& unit);
    const std::set<std::string>& units() const { return units_; }

private:
    void perform(InstanceAction action);
    void makeUnits();
    void executorVanished();

    InstanceHost& host_;
    InstanceId id_;
    std::string version_;
    InstanceState state_;
    std::optional<InstancePlan> plan_;
    std::vector<EndpointBinding> endpoints_;
    std::set<std::string> units_;  // that systemd knows of
    uint64_t launchedUsec_;
    uint64_t stateSinceUsec_;
    uint64_t runningSince_ = 0;  // CLOCK_BOOTTIME
    uint64_t readySince_ = 0;    // CLOCK_BOOTTIME
    sd_event* event_;
    UniqueFd executor_;  // pidfd
    std::unique_ptr<sd::Io> executorWatch_;
    sd::Timer deadline_;
    sd::Timer vanished_;
};

}  // namespace podd
