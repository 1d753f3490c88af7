// SPDX-License-Identifier: LGPL-2.1-or-later
// Events as entries of the journal, with a MESSAGE_ID each. They are sent when podd has nothing better to do, so that no
// launch waits for journald; while its queue is full, or it is restarted, podd keeps them. What executors write themselves is
// left to them.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "base/journal.h"
#include "model/event.h"
#include "sd/event.h"

namespace podd {

class EventJournal {
public:
    EventJournal(sd_event* event, std::string socket);
    EventJournal(const EventJournal&) = delete;
    EventJournal& operator=(const EventJournal&) = delete;
    ~EventJournal();  // sends what journald takes

    void add(const Event& event);

private:
    void flush();

    Journal journal_;
    std::deque<Event> waiting_;
    uint64_t lost_ = 0;  // there were too many
    sd::Idle idle_;
    sd::Timer again_;
};

}  // namespace podd
