// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/event_text.h"

#include <algorithm>

#include "base/strings.h"
#include "cli/times.h"

namespace podd::cli {

namespace {

size_t widestName() {
    size_t width = 0;
    for (const EventRow& row : kEvents)
        width = std::max(width, row.name.size());
    return width;
}

// "/web", "/web.3", "/web.3/db", "/web deployment 17".
std::string subjectOf(const Event& event) {
    std::string subject = event.instance.empty() ? event.pod : event.instance;
    if (!event.container.empty())
        subject += '/' + event.container;
    return event.deployment == 0 ? subject : cat(subject, " deployment ", event.deployment);
}

Style::Ink inkOf(int priority) {
    return priority <= 3 ? Style::Ink::red : priority == 4 ? Style::Ink::yellow : Style::Ink::none;
}

}  // namespace

std::string eventLine(const Event& event, const Style& style) {
    static const size_t kWidth = widestName();
    const EventRow& row = rowOf(event.kind);
    const std::string padding(kWidth - row.name.size(), ' ');
    return cat(logTime(event.usec), ' ', style.paint(inkOf(row.priority), std::string(row.name)), padding, ' ',
               printable(subjectOf(event)), ": ", printable(event.message), '\n');
}

}  // namespace podd::cli
