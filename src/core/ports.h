// SPDX-License-Identifier: LGPL-2.1-or-later
// What podd does to the world, in its own words. The real ones are sd/systemd1.h, manager/spawner_link.h and
// manager/executor_server.h; tests have recording fakes. None of them blocks; answers come by callback, never from
// within the call itself.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "model/executor_protocol.h"
#include "model/launch_plan.h"
#include "model/names.h"
#include "model/unit_plan.h"

namespace podd {

class UnitsPort {
public:
    virtual ~UnitsPort() = default;

    struct Started {
        std::string problem;   // "" = every unit is active
        bool refused = false;  // nothing was made at all
    };
    // One transaction: `main` and, pulled in by it, `aux`.
    virtual void startUnits(const UnitPlan& main, const std::vector<UnitPlan>& aux,
                            std::function<void(const Started&)> done) = 0;
    // Enqueues a stop; a unit that is not there is no problem.
    virtual void stopUnit(const std::string& unit) = 0;
    using Done = std::function<void(const std::string& problem)>;  // "" = it is done
    virtual void freezeUnit(const std::string& unit, Done done) = 0;
    virtual void thawUnit(const std::string& unit, Done done) = 0;
    // Whether systemd counts any of these units as frozen, or as on its way there or back. One that is gone is not frozen.
    virtual void askFrozen(const std::vector<std::string>& units, std::function<void(bool)> answer) = 0;
    // A signal to every process of the unit.
    virtual void killUnit(const std::string& unit, int signal, Done done) = 0;
    // Names of the loaded units that match a glob.
    virtual void listUnits(const std::vector<std::string>& patterns,
                           std::function<void(const std::vector<std::string>&)> answer) = 0;
    // Whether a job that was queued for a unit is one that stops it.
    virtual void askStopJob(const std::string& job, const std::string& unit, std::function<void(bool)> answer) = 0;
    // Whether the host is going down: then a unit's stop is no administrator's wish about that unit.
    virtual void askShutdown(std::function<void(bool)> answer) = 0;
};

// What systemd did by itself or for others; all units of the host pass by.
class UnitListener {
public:
    virtual ~UnitListener() = default;
    virtual void jobQueued(const std::string& job, const std::string& unit) = 0;
    virtual void unitRemoved(const std::string& unit) = 0;
    virtual void removalsMissed() = 0;  // units may be gone without having been told of
};

class SpawnerPort {
public:
    virtual ~SpawnerPort() = default;
    // Throws Error (unavailable) when the spawner cannot be reached.
    virtual void launch(const LaunchPlan& plan, const std::string& instance) = 0;
    // Until it is done, whatever becomes of spawners; asked for twice, it is ordered once.
    virtual void removeSandbox(const std::string& instance, const std::string& path) = 0;
};

class ExecutorsPort {
public:
    virtual ~ExecutorsPort() = default;
    // False when no executor of that instance is connected.
    virtual bool send(const InstanceId& instance, const ExecutorCommand& command) = 0;
    // Handles what an executor has said so far, now.
    virtual void drain(const InstanceId& instance) = 0;
    // Whether that process is an executor of that instance: a number alone could be somebody else's by now.
    virtual bool isExecutor(int64_t pid, const InstanceId& instance) = 0;
};

}  // namespace podd
