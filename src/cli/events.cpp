// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl events: what happens to pods, from podd as it happens, or out of the journal.
#include <algorithm>
#include <iostream>

#include "base/error.h"
#include "base/strings.h"
#include "cli/client.h"
#include "cli/event_text.h"
#include "cli/exit_status.h"
#include "cli/journal.h"
#include "cli/loop.h"
#include "cli/message.h"
#include "cli/names_argument.h"
#include "cli/output_json.h"
#include "cli/verb.h"

namespace podd::cli {

namespace {

constexpr const char* kEventRule =
    "type='signal',sender='org.podd1',path='/org/podd1',interface='org.podd1.Manager',member='Event'";

void print(const Context& context, const Event& event) {
    const JsonMode mode = context.options.json;
    std::cout << (mode == JsonMode::off ? eventLine(event, context.style) : eventJson(event, mode));
    std::cout.flush();
}

// Nothing for a kind that a later podd has invented.
std::optional<Event> readEvent(sd_bus_message* message) {
    const std::optional<EventKind> kind = eventOfName(readText(message, 's'));
    if (!kind)
        return std::nullopt;
    Event event{.kind = *kind, .usec = readNumber(message, 't')};
    readArray(message, "{ss}", [&] {
        enter(message, SD_BUS_TYPE_DICT_ENTRY, "ss");
        const std::string name = readText(message, 's');
        (void)setField(event, name, readText(message, 's'));
        leave(message);
    });
    event.message = readText(message, 's');
    return event;
}

int live(const Context& context, const Words& pods) {
    Client client(context.options);
    bool subscribed = false;
    const Match events(client.bus(), kEventRule, [&](sd_bus_message* message) {
        const std::optional<Event> event = readEvent(message);
        if (event && (pods.empty() || std::find(pods.begin(), pods.end(), event->pod) != pods.end()))
            print(context, *event);
    });
    const Match owner(client.bus(), kOwnerRule, [&](sd_bus_message* message) {
        readText(message, 's');
        readText(message, 's');
        if (!readText(message, 's').empty())
            subscribed = false;  // another podd does not know of it
    });
    Loop loop(client.bus());
    const auto done = [&] {
        events.rethrow();
        if (!std::exchange(subscribed, true))
            client.subscribe();
        return !std::cout;
    };
    (void)loop.run(done, std::nullopt, nullptr);
    return kSuccess;  // it never ends by itself
}

int fromJournal(const Context& context, const Words& pods) {
    const Options& options = context.options;
    if (options.remote())
        throw Error(Errc::notSupported,
                    "events: only the journal of this host can be read; without --since= and "
                    "--lines= they come from podd, also from over there");
    Journal journal(options.journalDirectory);
    journal.selectEvents(pods);
    journal.seekLast(options.lines.value_or(UINT64_MAX), options.sinceUsec);
    while (std::cout) {
        while (const std::optional<Event> event = journal.nextEvent())
            print(context, *event);
        if (!options.follow)
            break;
        journal.waitForMore();
    }
    return kSuccess;
}

}  // namespace

int eventsVerb(const Context& context, const Words& words) {
    Words pods;
    for (const std::string& word : words)
        pods.push_back(podId(word));
    const bool past = context.options.sinceUsec || context.options.lines || !context.options.journalDirectory.empty();
    return past ? fromJournal(context, pods) : live(context, pods);
}

}  // namespace podd::cli
