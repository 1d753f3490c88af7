// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cli/journal.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "cli/render.h"
#include "cli/times.h"
#include "sd/check.h"

namespace podd::cli {

namespace {

constexpr size_t kTabWidth = 8;

// The length of the "set colour" sequence (ESC [ numbers m) that the text starts with, or 0.
size_t colourSequence(std::string_view text) {
    if (!text.starts_with("\033["))
        return 0;
    const size_t end = text.find_first_not_of("0123456789;", 2);
    return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

Style::Ink inkOfPriority(int priority) {
    if (priority <= 3)
        return Style::Ink::red;
    if (priority == 4)
        return Style::Ink::yellow;
    if (priority == 5)
        return Style::Ink::bold;
    return priority >= 7 ? Style::Ink::grey : Style::Ink::none;
}

}  // namespace

Journal::Journal(const std::string& directory) {
    sd_journal* journal = nullptr;
    if (directory.empty())
        sd::check(sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY), "open the journal");
    else
        sd::check(sd_journal_open_directory(&journal, directory.c_str(), 0),
                  cat("open the journal in ", quoted(directory)));
    journal_.reset(journal);
    (void)sd_journal_set_data_threshold(journal, 0);  // whole messages
}

void Journal::match(const char* name, const std::string& value) {
    const std::string text = cat(name, '=', value);
    sd::check(sd_journal_add_match(journal_.get(), text.data(), text.size()), "select lines of the journal");
}

void Journal::select(const LogFilter& filter) {
    sd_journal_flush_matches(journal_.get());
    events_ = false;
    match("_UID", "0");
    match("POD_ID", filter.pod);
    if (!filter.instance.empty())
        match("POD_INSTANCE", filter.instance);
    if (!filter.container.empty())
        match("CONTAINER_NAME", filter.container);
}

void Journal::selectEvents(const std::vector<std::string>& pods) {
    sd_journal_flush_matches(journal_.get());
    events_ = true;
    match("_UID", "0");
    for (const EventRow& row : kEvents)
        match("MESSAGE_ID", row.messageId);
    for (const std::string& pod : pods)
        match("POD_ID", pod);
}

// Among the output of a pod there are podd's entries about it, which are no output. False at the end.
bool Journal::move(int (*step)(sd_journal*)) {
    while (sd::check(step(journal_.get()), "read the journal") > 0)
        if (events_ || field("PODD_EVENT").empty())
            return true;
    return false;
}

bool Journal::advance() {
    return std::exchange(onFirst_, false) || move(sd_journal_next);
}

uint64_t Journal::time() const {
    uint64_t usec = 0;
    sd::check(sd_journal_get_realtime_usec(journal_.get(), &usec), "read the journal");
    return usec;
}

void Journal::seekLast(uint64_t lines, std::optional<uint64_t> sinceUsec) {
    onFirst_ = false;
    sd::check(sd_journal_seek_tail(journal_.get()), "read the journal");
    uint64_t steps = 0;
    bool found = move(sd_journal_previous);
    if (lines == 0 && found)
        return;  // on the last one: only what comes after it
    while (found && time() >= sinceUsec.value_or(0)) {
        if (++steps == lines) {
            onFirst_ = true;
            return;
        }
        found = move(sd_journal_previous);
    }
    // Either on a line that is too old, which next() leaves behind, or there are no more.
    if (!found)
        sd::check(sd_journal_seek_head(journal_.get()), "read the journal");
}

std::string Journal::field(const char* name) const {
    const void* data = nullptr;
    size_t size = 0;
    if (sd_journal_get_data(journal_.get(), name, &data, &size) < 0)
        return "";
    const std::string_view text(static_cast<const char*>(data), size);
    return std::string(text.substr(std::min(text.size(), text.find('=') + 1)));
}

LogLine Journal::line() const {
    LogLine line;
    line.usec = time();
    line.instance = field("POD_INSTANCE");
    line.identifier = field("CONTAINER_NAME");
    if (line.identifier.empty())
        line.identifier = field("SYSLOG_IDENTIFIER");
    line.pid = field("_PID");
    line.message = field("MESSAGE");
    if (const std::string priority = field("PRIORITY");
        priority.size() == 1 && priority[0] >= '0' && priority[0] <= '7')
        line.priority = priority[0] - '0';
    return line;
}

std::optional<LogLine> Journal::next() {
    return advance() ? std::optional(line()) : std::nullopt;
}

std::optional<Event> Journal::nextEvent() {
    while (advance())
        if (std::optional<Event> found = event())
            return found;
    return std::nullopt;
}

std::optional<Event> Journal::event() const {
    const std::optional<EventKind> kind = eventOfMessageId(field("MESSAGE_ID"));
    if (!kind)
        return std::nullopt;
    Event event{.kind = *kind, .usec = time()};
    for (const char* name : {"pod", "instance", "container", "version", "deployment", "result"})
        if (const std::string value = field(journalFieldOf(name)); !value.empty())
            (void)setField(event, name, value);
    event.message = field("PODD_MESSAGE");
    return event;
}

void Journal::waitForMore() {
    constexpr uint64_t kForEver = UINT64_MAX;
    sd::check(sd_journal_wait(journal_.get(), kForEver), "wait for the journal");
}

std::string terminalText(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    while (!text.empty()) {
        if (const size_t length = colourSequence(text); length > 0) {
            text.remove_prefix(length);
            continue;
        }
        if (text.front() == '\t')
            plain.append(kTabWidth - plain.size() % kTabWidth, ' ');
        else
            plain.push_back(text.front());
        text.remove_prefix(1);
    }
    return printable(plain);
}

std::string shortLine(const LogLine& line, const Style& style) {
    const std::string head = cat(logTime(line.usec), ' ', line.instance.empty() ? "" : printable(line.instance) + ' ',
                                 printable(line.identifier.empty() ? "unknown" : line.identifier),
                                 line.pid.empty() ? "" : cat('[', printable(line.pid), ']'), ": ");
    std::string out;
    for (const std::string& part : split(line.message, '\n')) {
        out += out.empty() ? head : std::string(columns(head), ' ');
        out += style.paint(inkOfPriority(line.priority), terminalText(part)) + '\n';
    }
    return out;
}

}  // namespace podd::cli
