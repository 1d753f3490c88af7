// SPDX-License-Identifier: LGPL-2.1-or-later
// One instance, from its launch to its end. The executor is the parent of the containers' first processes, so
// it alone knows how they end; it holds the namespaces that they share, relays their output and gives them
// one fate. What it knows is in the record, written before it is told to podd, and it neither needs podd nor
// waits for it once the containers run.
//
//   starting   podd-inits are started and prepare; until podd has said `scoped` and all are ready, anything that goes
//              wrong undoes everything, in reverse order
//   released   the go has been given; from here on the launch cannot be undone, only stopped
//   running    all programs have been exec'ed
//   ended      all containers are reaped, their output is with journald, the sandbox is gone
#pragma once

#include <string>

#include "base/fd.h"
#include "base/journal.h"
#include "executor/checks.h"
#include "executor/container.h"
#include "executor/disk_watch.h"
#include "executor/launch.h"
#include "executor/link.h"
#include "executor/loop.h"
#include "executor/network_link.h"
#include "executor/record_store.h"
#include "executor/relay.h"
#include "executor/sandbox.h"
#include "executor/settings.h"
#include "executor/stopper.h"
#include "model/init_protocol.h"

namespace podd {

class Executor {
public:
    // `initImage` is the sealed memfd with podd-init.
    Executor(const Settings& settings, LaunchPlan plan, UniqueFd initImage);

    void run();  // until the instance has ended

private:
    void begin();
    Started start(size_t which, const User& user);
    void relayOutput(Container& container, size_t which, UniqueFd pipe);

    void onConnected();
    void onCommand(const ExecutorCommand& command);
    void onScoped();
    void onNetworks(const NetworkAnswer& answer);
    void useNameservers(const NetworkAnswer& answer);
    void onTerm();
    void beginStop();
    void onError(const std::string& text);
    bool onControl(Container& container);
    void onReport(Container& container, const InitReport& message);
    void onExec(Container& container);
    void onEnd(Container& container);
    void onDrained(Container& container);
    void onCheck(const Container& container, CheckPurpose purpose, bool transition);
    void onUnhealthy(Container& container);
    void onDiskMeasured(const std::vector<uint64_t>& bytes);

    void armDeadline();
    void releaseIfAllReady();
    void forgetLaunch();
    void callOff(Report::Kind kind);
    void cancel(Report::Kind kind, const std::string& problem);
    void stopDraining(Container& container);
    uint64_t oomKills(const Container& container) const;
    void reap(Container& container);
    void finish();
    void awaitJournald();
    void conclude();

    void writeRecord();
    void report(Report::Kind kind, const std::string& problem = "");
    bool starting() const { return record_.phase == InstancePhase::starting; }

    const Settings& settings_;
    LaunchPlan plan_;
    UniqueFd initImage_;
    InstanceRecord record_;
    Loop loop_;
    RecordStore store_;
    Sandbox sandbox_;
    Relay relay_;
    Journal notices_;
    Containers containers_;
    Stopper stopper_;
    Checks checks_;
    DiskWatch disk_;
    NetworkLink network_;
    Link link_;
    bool waitsForUnits_ = false;  // `pids` is out, `scoped` has not come
    bool scoped_ = false;
    bool finishing_ = false;  // all are reaped, some output is not with journald yet
    Watch term_;
    Watch settled_;    // a while after the launch
    Watch deadline_;   // for podd to make the units
    Watch lastReap_;   // after SIGTERM
    Watch lastRelay_;  // when all are reaped
};

}  // namespace podd
