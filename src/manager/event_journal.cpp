// SPDX-License-Identifier: LGPL-2.1-or-later
#include "manager/event_journal.h"

#include "base/log.h"
#include "base/strings.h"

namespace podd {

namespace {

constexpr uint64_t kAgainUsec = 100'000;
constexpr size_t kMost = 10'000;  // some MB

}  // namespace

EventJournal::EventJournal(sd_event* event, std::string socket)
    : journal_(std::move(socket)), idle_(event, [this] { flush(); }), again_(event, [this] { flush(); }) {
    (void)journal_.connect();
}

EventJournal::~EventJournal() {
    flush();
}

void EventJournal::add(const Event& event) {
    if (isJournaledByExecutor(event.kind))
        return;
    if (waiting_.size() == kMost) {
        waiting_.pop_front();
        ++lost_;
    }
    waiting_.push_back(event);
    idle_.request();
}

void EventJournal::flush() {
    while (!waiting_.empty()) {
        const Event& event = waiting_.front();
        pid_t own = 0;
        if (journal_.send(entryFields(event), rowOf(event.kind).priority, printable(describe(event)), own) !=
            Journal::Sent::yes)
            return again_.armIn(kAgainUsec);
        waiting_.pop_front();
    }
    if (lost_ > 0)
        log::warning(cat("journald did not take events for too long: ", std::exchange(lost_, 0), " are lost"));
}

}  // namespace podd
