// SPDX-License-Identifier: LGPL-2.1-or-later
// PID 1 over its D-Bus API (org.freedesktop.systemd1(5)): units are made in one transaction, jobs end by JobRemoved, never
// by polling, and nothing here blocks after start-up. Five matches in all, whatever the number of pods.
//
// daemon-reload and daemon-reexec: both tell that every unit was removed, and make them anew; what is really gone is
// asked when they are through. A daemon-reexec loses signals and replies besides: calls are repeated (sd/call_queue.h),
// and what became of jobs under way is asked of their units.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/ports.h"
#include "sd/call_queue.h"
#include "sd/handle.h"

namespace podd::sd {

class Systemd1 final : public UnitsPort {
public:
    Systemd1(sd_bus* bus, sd_event* event, UnitListener& listener);
    ~Systemd1() override;
    Systemd1(const Systemd1&) = delete;
    Systemd1& operator=(const Systemd1&) = delete;

    void startUnits(const UnitPlan& main, const std::vector<UnitPlan>& aux,
                    std::function<void(const Started&)> done) override;
    void stopUnit(const std::string& unit) override;
    void freezeUnit(const std::string& unit, Done done) override;
    void thawUnit(const std::string& unit, Done done) override;
    void askFrozen(const std::vector<std::string>& units, std::function<void(bool)> answer) override;
    void killUnit(const std::string& unit, int signal, Done done) override;
    void listUnits(const std::vector<std::string>& patterns,
                   std::function<void(const std::vector<std::string>&)> answer) override;
    void askStopJob(const std::string& job, const std::string& unit, std::function<void(bool)> answer) override;
    void askShutdown(std::function<void(bool)> answer) override;

    const std::string& version() const { return version_; }

private:
    struct Start;  // a startUnits() under way
    int onJobNew(sd_bus_message* message);
    int onJobRemoved(sd_bus_message* message);
    int onUnitRemoved(sd_bus_message* message);
    int onReloading(sd_bus_message* message);
    int onOwnerChanged(sd_bus_message* message);
    void onReexecuted();
    void askOfStarts();
    void sendFor(sd_bus_message* call, Done done, CallQueue::Doubt doubt = CallQueue::Doubt::repeat);
    void subscribe();
    void jobEnded(Start& start, const std::string& unit, const std::string& problem);
    void finish(const Start& start, const Started& result);

    sd_bus* bus_;
    UnitListener& listener_;
    std::string version_;
    std::vector<Slot> matches_;
    std::map<uint64_t, std::unique_ptr<Start>> starts_;
    uint64_t lastStart_ = 0;
    bool reloading_ = false;
    CallQueue calls_;
};

}  // namespace podd::sd
