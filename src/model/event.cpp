// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model/event.h"

#include <algorithm>

#include "base/strings.h"
#include "model/names.h"

namespace podd {

namespace {

// clang-format off
constexpr std::array<std::pair<std::string_view, const char*>, 6> kJournalFields = {{
    {"pod",        "POD_ID"},
    {"instance",   "POD_INSTANCE"},
    {"container",  "CONTAINER_NAME"},
    {"version",    "POD_VERSION"},
    {"deployment", "DEPLOYMENT_ID"},
    {"result",     "PODD_RESULT"},
}};
// clang-format on

template <typename Matches>
std::optional<EventKind> find(Matches&& matches) {
    const auto* const row = std::find_if(kEvents.begin(), kEvents.end(), matches);
    return row == kEvents.end() ? std::nullopt : std::optional(row->kind);
}

}  // namespace

const EventRow& rowOf(EventKind kind) {
    return *std::find_if(kEvents.begin(), kEvents.end(), [&](const EventRow& row) { return row.kind == kind; });
}

std::optional<EventKind> eventOfName(std::string_view name) {
    return find([&](const EventRow& row) { return row.name == name; });
}

std::optional<EventKind> eventOfMessageId(std::string_view id) {
    return find([&](const EventRow& row) { return row.messageId == id; });
}

bool isJournaledByExecutor(EventKind kind) {
    return kind == EventKind::containerFailed || kind == EventKind::containerOomKilled ||
           kind == EventKind::containerDiskLimit || kind == EventKind::containerUnhealthy ||
           kind == EventKind::containerCheck;
}

bool setField(Event& event, std::string_view name, const std::string& value) {
    if (name == "pod")
        event.pod = value;
    else if (name == "instance")
        event.instance = value;
    else if (name == "container")
        event.container = value;
    else if (name == "version")
        event.version = value;
    else if (name == "result")
        event.result = value;
    else if (const auto number = parseUnsigned(value); name == "deployment" && number && *number <= UINT32_MAX)
        event.deployment = static_cast<uint32_t>(*number);
    else
        return false;
    return true;
}

const char* journalFieldOf(std::string_view name) {
    for (const auto& [part, field] : kJournalFields)
        if (part == name)
            return field;
    return "";
}

std::string describe(const Event& event) {
    std::string text = cat("pod ", quoted(event.pod), ": ");
    if (event.deployment != 0)
        text += cat("deployment ", event.deployment, ": ");
    if (!event.instance.empty())
        text += cat("instance ", quoted(event.instance), ": ");
    if (!event.container.empty())
        text += cat("container ", quoted(event.container), ": ");
    return text + event.message;
}

std::string entryFields(const Event& event) {
    const EventRow& row = rowOf(event.kind);
    std::string lines =
        cat("SYSLOG_IDENTIFIER=podd\nMESSAGE_ID=", row.messageId, "\nPODD_EVENT=", row.name,
            "\nPODD_MESSAGE=", printable(event.message), "\nOBJECT_SYSTEMD_UNIT=", podSlice(event.pod), '\n');
    if (const auto instance = parseInstanceId(event.instance))
        lines += cat("OBJECT_SYSTEMD_UNIT=", instanceSlice(*instance), '\n');
    eachField(event, [&](std::string_view name, const std::string& value) {
        lines += cat(journalFieldOf(name), '=', printable(value), '\n');
    });
    return lines;
}

}  // namespace podd
