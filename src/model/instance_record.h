// SPDX-License-Identifier: LGPL-2.1-or-later
// The facts of one instance, kept in /run/podd/instances/<escaped instance>/record by its executor: written (renamed
// into place) before each fact is reported, so that a podd that was away, or is new, reads the same truth. The
// file outlives the executor; podd removes it when it has taken the facts over. Times are CLOCK_REALTIME in µs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_table.h"
#include "base/strings.h"
#include "model/endpoint_binding.h"
#include "model/network_order.h"

namespace podd {

constexpr uint64_t kNotMeasured = UINT64_MAX;

enum class ContainerPhase : uint32_t { preparing, running, exited };
constexpr auto kContainerPhases = makeEnumTable<ContainerPhase>({
    {ContainerPhase::preparing, "preparing"},
    {ContainerPhase::running, "running"},
    {ContainerPhase::exited, "exited"},
});

// What else than its own doing has ended a container.
enum class EndReason : uint32_t {
    none,         // its exit status or signal says it all
    oomKill,      // by the kernel, at a memory limit
    diskLimit,    // by its executor
    healthCheck,  // by its executor: it failed too often
};
constexpr auto kEndReasons = makeEnumTable<EndReason>({
    {EndReason::none, "none"},
    {EndReason::oomKill, "oom-kill"},
    {EndReason::diskLimit, "disk-limit"},
    {EndReason::healthCheck, "health-check"},
});

// What a check has found out about its container.
enum class CheckState : uint32_t {
    none,     // there is no such check
    unknown,  // nothing that counts yet
    passing,
    failing,
};
constexpr auto kCheckStates = makeEnumTable<CheckState>({
    {CheckState::none, "none"},
    {CheckState::unknown, "unknown"},
    {CheckState::passing, "passing"},
    {CheckState::failing, "failing"},
});

struct CheckRecord {
    CheckState state = CheckState::none;
    uint64_t sinceUsec = 0;
    uint64_t failures = 0;  // that count, one after another; always 0 of a readiness check
    std::string answer;     // the last one that was no success, in words: "exit 1: no database"; "" while it passes

    template <typename V>
    void visit(V& v) {
        v(state), v(sinceUsec), v(failures), v(answer);
    }
    bool operator==(const CheckRecord&) const = default;
    bool allows() const { return state == CheckState::none || state == CheckState::passing; }
};

struct ContainerRecord {
    std::string name;
    ContainerPhase phase = ContainerPhase::preparing;
    int64_t pid = 0;           // in the host's PID namespace; 0 before the fork
    uint64_t startedUsec = 0;  // exec
    uint64_t endedUsec = 0;
    int64_t exitCode = 0;    // of an ordinary exit
    int64_t exitSignal = 0;  // 0, or the signal that ended it
    bool coreDumped = false;
    bool stopRequested = false;  // it ended after a stop was asked for, not by itself
    EndReason reason = EndReason::none;
    uint64_t limitBytes = 0;            // that was hit; UINT64_MAX = not known which
    uint64_t diskBytes = kNotMeasured;  // below its directories, when they were last measured
    CheckRecord health;
    CheckRecord readiness;

    template <typename V>
    void visit(V& v) {
        v(name), v(phase), v(pid), v(startedUsec), v(endedUsec), v(exitCode), v(exitSignal), v(coreDumped);
        v(stopRequested), v(reason), v(limitBytes), v(diskBytes), v(health), v(readiness);
    }
    bool operator==(const ContainerRecord&) const = default;
    bool failed() const {
        return phase == ContainerPhase::exited && !stopRequested &&
               (exitCode != 0 || exitSignal != 0 || reason != EndReason::none);
    }
    // Its checks say so, if it has any. Nothing is expected of one that has ended.
    bool ready() const { return phase == ContainerPhase::exited || (health.allows() && readiness.allows()); }
};

enum class InstancePhase : uint32_t {
    starting,  // nothing has been exec'ed
    released,  // the containers may have been exec'ed; from here on a launch cannot be undone, only stopped
    running,   // all have
    ended,     // all containers ended (or the launch failed); sandbox removed
};
constexpr auto kInstancePhases = makeEnumTable<InstancePhase>({
    {InstancePhase::starting, "starting"},
    {InstancePhase::released, "released"},
    {InstancePhase::running, "running"},
    {InstancePhase::ended, "ended"},
});

struct InstanceRecord {
    std::string pod;
    uint64_t number = 0;
    std::string version;
    InstancePhase phase = InstancePhase::starting;
    int64_t executorPid = 0;
    std::string problem;                      // why the launch failed; "" otherwise
    std::vector<EndpointBinding> endpoints;   // in the file only: they never change, and podd has planned them
    std::vector<NetworkAttachment> networks;  // that it is on
    std::vector<ContainerRecord> containers;

    template <typename V>
    void visit(V& v) {
        v(pod), v(number), v(version), v(phase), v(executorPid), v(problem), v(networks), v(containers);
    }
    bool operator==(const InstanceRecord&) const = default;
};

// The file's form: KEY=value lines, an [endpoint], [network] or [container] line before those of each, the last line END=<CRC-32 of
// what is before it>, so that a torn file is told from a whole one.
std::string recordText(const InstanceRecord& record);

// Nothing when the text is not a whole record.
std::optional<InstanceRecord> parseRecord(std::string_view text);

}  // namespace podd
