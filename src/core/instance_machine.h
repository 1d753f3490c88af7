// SPDX-License-Identifier: LGPL-2.1-or-later
// The life of one instance as podd sees it: events in, actions out, no I/O and no clock. Every event is defined in
// every phase; facts are never refused, a late one yields no action.
//
//   spawning -> preparing -> scoping -> releasing -> running -> stopping -> cleaning -> gone
//
// The executor is the one that knows what happened; this machine orders units, tells the executor what systemd has
// done, and sees to it that nothing is left, whoever dies first.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/enum_table.h"
#include "model/instance_record.h"

namespace podd {

enum class LaunchPhase { spawning, preparing, scoping, releasing, running, stopping, cleaning, gone };
constexpr auto kLaunchPhases = makeEnumTable<LaunchPhase>({
    {LaunchPhase::spawning, "spawning"},
    {LaunchPhase::preparing, "preparing"},
    {LaunchPhase::scoping, "scoping"},
    {LaunchPhase::releasing, "releasing"},
    {LaunchPhase::running, "running"},
    {LaunchPhase::stopping, "stopping"},
    {LaunchPhase::cleaning, "cleaning"},
    {LaunchPhase::gone, "gone"},
});

// The phase as people are told of it: launching, running, stopping or ended.
const char* stateName(LaunchPhase phase);

// Why an instance ended, or ends.
struct Outcome {
    enum class Kind { none, stopped, finished, failed };
    Kind kind = Kind::none;
    std::string text;  // "container 'db': exit 3"; "" for stopped
    bool operator==(const Outcome&) const = default;
};

// Events.
struct Connected {
    InstanceRecord record;
};  // hello of the executor, the first or after a reconnect
struct Prepared {
    InstanceRecord record;
};  // the pids are known
struct UnitsMade {
    std::string problem;
};  // systemd's answer; "" = all units are active
struct LaunchFailed {
    InstanceRecord record;
    std::string problem;
};
struct Running {
    InstanceRecord record;
};
struct RecordChanged {
    InstanceRecord record;
};  // a container ended, or was measured
struct Ended {
    InstanceRecord record;
};  // all containers ended, the executor has cleaned up
struct ExecutorGone {
    std::string how;
};  // its process ended; `how` says by what, if known
struct StopWanted {};
struct StopSeen {};   // somebody else asked systemd to stop the units
struct UnitsGone {};  // no unit of the instance is left
struct TimedOut {};   // the deadline that ArmDeadline set has passed
using InstanceEvent = std::variant<Connected, Prepared, UnitsMade, LaunchFailed, Running, RecordChanged, Ended,
                                   ExecutorGone, StopWanted, StopSeen, UnitsGone, TimedOut>;

// Actions, carried out in this order.
enum class InstanceAction {
    makeUnits,
    sendScoped,
    sendAbort,
    sendStopping,
    stopUnits,      // thawed first where frozen
    removeSandbox,  // by the spawner, when the executor could not
    awaitUnits,     // tell when no unit is left (at once if there is none)
    armDeadline,    // 30 s; replaces an earlier one
    dropDeadline,
    forget,  // the record has been taken over: remove it; the instance is over
};

struct InstanceState {
    LaunchPhase phase = LaunchPhase::spawning;
    InstanceRecord record;
    Outcome outcome;
    bool stopWanted = false;

    bool ending() const { return phase >= LaunchPhase::stopping; }
    bool operator==(const InstanceState&) const = default;
};

struct InstanceStep {
    InstanceState next;
    std::vector<InstanceAction> actions;
};

InstanceStep step(const InstanceState& now, const InstanceEvent& event);

// "exit 3", "signal SEGV (core dumped)", "oom-kill at 64.0 MiB", "exit 0".
std::string describeExit(const ContainerRecord& container);

}  // namespace podd
