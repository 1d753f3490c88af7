// SPDX-License-Identifier: LGPL-2.1-or-later
// Recording fakes of core/ports.h: they remember what was asked and answer when the test says so.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "core/ports.h"

namespace podd::fakes {

class Units final : public UnitsPort {
public:
    void startUnits(const UnitPlan& main, const std::vector<UnitPlan>& aux,
                    std::function<void(const Started&)> done) override {
        started.push_back(main);
        auxiliary.push_back(aux);
        answers.push_back(std::move(done));
    }
    void stopUnit(const std::string& unit) override { stopped.push_back(unit); }
    void freezeUnit(const std::string& unit, Done done) override {
        frozen.push_back(unit);
        done(problem);
    }
    void thawUnit(const std::string& unit, Done done) override {
        thawed.push_back(unit);
        done(problem);
    }
    void askFrozen(const std::vector<std::string>&, std::function<void(bool)> answer) override {
        ++freezerQuestions;
        answer(freezerQuestions <= stillFrozen);
    }
    void killUnit(const std::string& unit, int signal, Done done) override {
        killed.emplace_back(unit, signal);
        done(problem);
    }
    void listUnits(const std::vector<std::string>&,
                   std::function<void(const std::vector<std::string>&)> answer) override {
        if (silent)
            lists.push_back(std::move(answer));
        else
            answer(loaded);
    }
    void askStopJob(const std::string&, const std::string&, std::function<void(bool)> answer) override {
        stopJobQuestions.push_back(std::move(answer));
    }
    void askShutdown(std::function<void(bool)> answer) override { answer(shutdown); }

    std::vector<UnitPlan> started;
    std::vector<std::vector<UnitPlan>> auxiliary;
    std::vector<std::function<void(const Started&)>> answers;
    std::vector<std::string> stopped;
    std::vector<std::string> frozen;
    std::vector<std::string> thawed;
    int freezerQuestions = 0;
    int stillFrozen = 0;  // so many of them are answered by "yes"
    std::vector<std::pair<std::string, int>> killed;
    std::string problem;  // what the three above answer
    std::vector<std::string> loaded;
    std::vector<std::function<void(const std::vector<std::string>&)>> lists;  // unanswered while silent
    bool silent = false;
    std::vector<std::function<void(bool)>> stopJobQuestions;
    bool shutdown = false;
};

class Spawner final : public SpawnerPort {
public:
    void launch(const LaunchPlan& plan, const std::string&) override {
        if (!reachable)
            throw Error(Errc::unavailable, "the spawner does not listen");
        plans.push_back(plan);
    }
    void removeSandbox(const std::string& instance, const std::string&) override { removed.push_back(instance); }

    bool reachable = true;
    std::vector<LaunchPlan> plans;
    std::vector<std::string> removed;
};

class Executors final : public ExecutorsPort {
public:
    bool send(const InstanceId& instance, const ExecutorCommand& command) override {
        sent.emplace_back(instance, command.kind);
        commands.push_back(command);
        return connected;
    }
    void drain(const InstanceId&) override {}
    bool isExecutor(int64_t, const InstanceId&) override { return live; }

    bool connected = true;
    bool live = false;  // those that an earlier podd left
    std::vector<std::pair<InstanceId, ExecutorCommand::Kind>> sent;
    std::vector<ExecutorCommand> commands;
};

}  // namespace podd::fakes
