// SPDX-License-Identifier: LGPL-2.1-or-later
// PID 1 over its D-Bus API (org.freedesktop.systemd1(5)): units are made in one transaction, jobs end by JobRemoved, never
// by polling, and nothing here blocks after start-up. Three matches in all, whatever the number of pods.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/ports.h"
#include "sd/handle.h"

namespace podd::sd {

class Systemd1 final : public UnitsPort {
public:
    Systemd1(sd_bus* bus, UnitListener& listener);
    ~Systemd1() override;
    Systemd1(const Systemd1&) = delete;
    Systemd1& operator=(const Systemd1&) = delete;

    void startUnits(const UnitPlan& main, const std::vector<UnitPlan>& aux,
                    std::function<void(const Started&)> done) override;
    void stopUnit(const std::string& unit) override;
    void freezeUnit(const std::string& unit, Done done) override;
    void thawUnit(const std::string& unit, Done done) override;
    void killUnit(const std::string& unit, int signal, Done done) override;
    void listUnits(const std::vector<std::string>& patterns,
                   std::function<void(const std::vector<std::string>&)> answer) override;
    void askStopJob(const std::string& job, const std::string& unit, std::function<void(bool)> answer) override;
    void askShutdown(std::function<void(bool)> answer) override;

    const std::string& version() const { return version_; }

private:
    struct Start;    // a startUnits() under way
    struct Request;  // a call, under way or waiting
    int onJobNew(sd_bus_message* message);
    int onJobRemoved(sd_bus_message* message);
    int onUnitRemoved(sd_bus_message* message);
    int onOwnerChanged(sd_bus_message* message);
    using Answer = std::function<void(sd_bus_message* reply)>;
    // Sends a call, now or when few enough are under way, in order; `answer` gets its reply.
    void send(sd_bus_message* call, Answer answer);
    void sendWaiting();
    void sendFor(sd_bus_message* call, Done done);
    void subscribe();
    void finish(Start& start, const Started& result);

    sd_bus* bus_;
    UnitListener& listener_;
    std::string version_;
    std::vector<Slot> matches_;
    std::set<std::unique_ptr<Start>> starts_;
    std::set<std::unique_ptr<Request>> requests_;  // under way
    std::deque<std::unique_ptr<Request>> waiting_;
};

}  // namespace podd::sd
