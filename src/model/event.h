// SPDX-License-Identifier: LGPL-2.1-or-later
// What happens to pods, as clients and the journal are told of it. One table of kinds: the name (PODD_EVENT= in the journal,
// the argument of the signal, the column of podctl events), the id of its journal entries, and their priority.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "model/message_ids.h"

namespace podd {

enum class EventKind {
    podCreated,
    podChanged,
    podDeleted,
    podState,
    deploymentBegun,
    deploymentStuck,
    deploymentEnded,
    instanceLaunched,
    instanceRunning,
    instanceEnded,
    instanceFailed,
    containerStarted,
    containerEnded,
    containerFailed,
    containerOomKilled,
    containerDiskLimit,
    containerUnhealthy,
    containerCheck,
    backOff,
};

struct EventRow {
    EventKind kind;
    std::string_view name;
    const char* messageId;
    int priority;  // syslog(3)
};

// clang-format off
constexpr std::array<EventRow, 19> kEvents = {{
    {EventKind::podCreated, "pod-created", message_id::kPodCreated, 6},
    {EventKind::podChanged, "pod-changed", message_id::kPodChanged, 6},
    {EventKind::podDeleted, "pod-deleted", message_id::kPodDeleted, 6},
    {EventKind::podState, "pod-state", message_id::kPodState, 6},
    {EventKind::deploymentBegun, "deployment-begun", message_id::kDeploymentBegun, 6},
    {EventKind::deploymentStuck, "deployment-stuck", message_id::kDeploymentStuck, 4},
    {EventKind::deploymentEnded, "deployment-ended", message_id::kDeploymentEnded, 6},
    {EventKind::instanceLaunched, "instance-launched", message_id::kInstanceLaunched, 6},
    {EventKind::instanceRunning, "instance-running", message_id::kInstanceRunning, 6},
    {EventKind::instanceEnded, "instance-ended", message_id::kInstanceEnded, 6},
    {EventKind::instanceFailed, "instance-failed", message_id::kInstanceFailed, 4},
    {EventKind::containerStarted, "container-started", message_id::kContainerStarted, 6},
    {EventKind::containerEnded, "container-ended", message_id::kContainerEnded, 6},
    {EventKind::containerFailed, "container-failed", message_id::kContainerFailed, 4},
    {EventKind::containerOomKilled, "container-oom-killed", message_id::kContainerOomKilled, 4},
    {EventKind::containerDiskLimit, "container-disk-limit", message_id::kContainerDiskLimit, 4},
    {EventKind::containerUnhealthy, "container-unhealthy", message_id::kContainerUnhealthy, 4},
    {EventKind::containerCheck, "container-check", message_id::kContainerCheck, 6},
    {EventKind::backOff, "back-off", message_id::kBackOff, 5},
}};
// clang-format on

const EventRow& rowOf(EventKind kind);
std::optional<EventKind> eventOfName(std::string_view name);
std::optional<EventKind> eventOfMessageId(std::string_view id);

// Executors write these entries themselves: they know first, also while there is no podd.
bool isJournaledByExecutor(EventKind kind);

struct Event {
    EventKind kind = EventKind::podState;
    uint64_t usec = 0;  // CLOCK_REALTIME
    std::string pod;
    std::string instance;   // "/web.3"; "" when it is about no instance
    std::string container;  // "" when it is about none
    std::string version;
    uint32_t deployment = 0;  // 0 = it is about none
    std::string result;       // the new state, the type of a deployment, or how it, an instance or a container ended
    std::string message;      // a sentence without the name of the pod
    bool operator==(const Event&) const = default;
};

// The parts of an event that say what it is about, by their names on the bus and in JSON; empty ones are left out.
// Calls take(name, value) for each.
template <typename Take>
void eachField(const Event& event, Take&& take) {
    const std::string deployment = event.deployment == 0 ? "" : std::to_string(event.deployment);
    const std::array<std::pair<const char*, const std::string*>, 6> fields = {{
        {"pod", &event.pod},
        {"instance", &event.instance},
        {"container", &event.container},
        {"version", &event.version},
        {"deployment", &deployment},
        {"result", &event.result},
    }};
    for (const auto& [name, value] : fields)
        if (!value->empty())
            take(name, *value);
}

// Sets the part of that name; false when there is none, or the value is none for it.
bool setField(Event& event, std::string_view name, const std::string& value);

// The name of the journal's field for such a part: POD_ID of "pod".
const char* journalFieldOf(std::string_view name);

// "pod '/web': instance '/web.3': container 'db': exit 3".
std::string describe(const Event& event);

// Lines "NAME=value\n" of its journal entry, but for PRIORITY and MESSAGE.
std::string entryFields(const Event& event);

}  // namespace podd
