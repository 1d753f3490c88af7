// SPDX-License-Identifier: LGPL-2.1-or-later
// A manager with fake ports and directories of its own, and an executor that is played by the test.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "base/file.h"
#include "base/strings.h"
#include "base/tree.h"
#include "fakes/isolation.h"
#include "fakes/ports.h"
#include "manager/manager.h"

namespace podd::fakes {

struct Silent final : Observer {
    void podAdded(const Pod&) override {}
    void podChanged(const Pod&) override {}
    void podRemoved(const Pod&) override {}
    void instanceAdded(const Instance&) override {}
    void instanceChanged(const Instance&) override {}
    void instanceRemoved(const Instance&) override {}
    void deploymentAdded(const Deployment&) override {}
    void deploymentRemoved(const Deployment&, const std::string& result, const std::string& message) override {
        results.push_back(result + (message.empty() ? "" : ": " + message));
    }
    void deploymentStuck(const Deployment& deployment) override { stuck.push_back(deployment.problem); }
    std::vector<std::string> results;
    std::vector<std::string> stuck;
};

struct Directory {
    Directory() {
        // In memory where that can be: fsync(2) is not what is tested with it.
        std::string name = ::access("/dev/shm", W_OK) == 0 ? "/dev/shm/podd-test-XXXXXX" : "/tmp/podd-test-XXXXXX";
        path = ::mkdtemp(name.data());
    }
    ~Directory() { (void)removeTree(path); }
    std::string path;
};

class World {
public:
    World() : event(sd::makeEvent()) { restart(); }

    // A new podd over what the old one left.
    void restart() {
        manager.reset();
        manager = std::make_unique<Manager>(event.get(), config(), isolators);
        manager->attach({&units, &spawner, &executors, &observer});
    }
    Config config() const {
        return {.stateDirectory = directory.path + "/state",
                .runDirectory = directory.path + "/run",
                .cgroupRoot = directory.path + "/cgroup",
                .history = history,
                .portRange = portRange,
                .settleUsec = 0,
                .declaredDirectories = {directory.path + "/etc", directory.path + "/lib"}};
    }
    std::string definition(const std::string& id, const std::string& command = "sleep 1000",
                           unsigned instances = 1) const {
        return R"({"id": ")" + id + R"(", "containers": [{"name": "main", "exec": {"command": {"shell": ")" + command +
               R"("}}, "resources": {}}], "networks": [{"mode": "host"}], "scaling": {"kind": "fixed", "instances": )" +
               std::to_string(instances) + "}}";
    }

    // Runs what is ready in the event loop (burials, timers that are due).
    void settle() const {
        for (int i = 0; i < 20; ++i)
            (void)sd_event_run(event.get(), 0);
    }

    // The executor's part, as far as `upTo`.
    InstanceRecord record(const InstanceId& id, InstancePhase phase) const {
        InstanceRecord made;
        made.pod = id.pod;
        made.number = id.number;
        made.version = manager->findInstance(id) != nullptr ? manager->findInstance(id)->version() : "";
        made.phase = phase;
        made.executorPid = ::getpid();  // a process that lives
        made.containers.push_back({.name = "main", .phase = ContainerPhase::preparing, .pid = 4242});
        if (phase >= InstancePhase::running)
            made.containers[0].phase = ContainerPhase::running;
        return made;
    }
    void report(const InstanceId& id, Report::Kind kind, const InstanceRecord& facts, const std::string& problem = "") {
        manager->onReport(id, Report{kind, facts, problem});
    }
    void run(const InstanceId& id) {
        report(id, Report::Kind::hello, record(id, InstancePhase::starting));
        report(id, Report::Kind::pids, record(id, InstancePhase::starting));
        units.answers.back()({});
        report(id, Report::Kind::running, record(id, InstancePhase::running));
        settle();
    }
    // Lets everything happen that the launches and stops of a pod take.
    void complete(const std::string& pod) {
        for (bool busy = true; busy;) {
            busy = false;
            std::vector<std::pair<InstanceId, LaunchPhase>> all;
            for (const auto& [number, instance] : manager->pod(pod).instances)
                all.emplace_back(instance->id(), instance->state().phase);
            for (const auto& [id, phase] : all) {
                busy = busy || phase != LaunchPhase::running;
                if (phase == LaunchPhase::spawning)
                    run(id);
                else if (phase == LaunchPhase::stopping)
                    end(id, 0, true);
            }
        }
    }
    // The container ended so; the executor is through and systemd takes its units away.
    void end(const InstanceId& id, int code, bool requested = false) {
        InstanceRecord facts = record(id, InstancePhase::ended);
        facts.containers[0] = {
            .name = "main", .phase = ContainerPhase::exited, .exitCode = code, .stopRequested = requested};
        report(id, Report::Kind::ended, facts);
        removeUnits(id);
    }
    void removeUnits(const InstanceId& id) {
        auto& listener = static_cast<UnitListener&>(*manager);
        for (const std::string& unit : {instanceSlice(id), executorScope(id), containerScope(id, "main")})
            listener.unitRemoved(unit);
        settle();
    }

    // What an executor of this process (so that it lives) has written, for a new podd to find.
    void leaveRecord(const InstanceId& id, const InstanceRecord& facts) const {
        const std::string path = cat(config().runDirectory, "/instances/", id.escaped());
        makeDirectories(path);
        writeFileAtomically(path + "/record", recordText(facts), Durability::volatileFile);
    }
    std::string pathOf(const std::string& id, const std::string& file) const {
        return cat(config().stateDirectory, "/pods/", escapedId(id), '/', file);
    }

    unsigned history = 100;
    PortRange portRange{};
    Isolation isolators = isolation();
    Directory directory;
    sd::Event event;
    Units units;
    Spawner spawner;
    Executors executors;
    Silent observer;
    std::unique_ptr<Manager> manager;
};

}  // namespace podd::fakes
